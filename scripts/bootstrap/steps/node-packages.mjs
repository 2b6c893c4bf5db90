import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../lib/json.mjs'
import { installFailure } from '../lib/network.mjs'
import { ROOT } from '../lib/paths.mjs'
import { run } from '../lib/run.mjs'
import { digestOf } from '../lib/stamps.mjs'

// npm writes it last, so its presence says that an installation ran to the end.
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json')

// npm's own defaults let a machine without a connection wait for two minutes.
const IMPATIENT = ['--fetch-retries', '2', '--fetch-retry-mintimeout', '1000', '--fetch-retry-maxtimeout', '5000']

/** @typedef {Record<string, { integrity?: string, optional?: boolean }>} Packages */

/**
 * @param {string} path
 * @returns {Packages}
 */
function packagesOf(path) {
  const lock = /** @type {{ packages: Packages }} */ (readJson(path))
  return lock.packages
}

/**
 * npm says which address it fetched; a person wants to know which package.
 * @param {string} line
 */
function fetchedName(line) {
  return /GET \d+ https?:\/\/[^/]+\/(\S+)/.exec(line)?.[1] ?? line
}

/** Whether node_modules is what the lock says, whoever installed it. */
function isInstalled() {
  if (!existsSync(INSTALLED)) return false
  const wanted = packagesOf(join(ROOT, 'package-lock.json'))
  const found = packagesOf(INSTALLED)
  const stray = Object.entries(found).some(([path, entry]) => wanted[path]?.integrity !== entry.integrity)
  const missing = Object.entries(wanted).some(([path, entry]) => path !== '' && !entry.optional && !(path in found))
  return !stray && !missing
}

/** @type {import('../lib/step.mjs').Step} */
export const nodePackages = {
  id: 'node-packages',
  title: 'Node packages',
  inputs: () => digestOf({ texts: [process.platform, process.arch], paths: ['package-lock.json'] }),
  holds: () => existsSync(INSTALLED),
  async perform(report) {
    if (isInstalled()) return undefined
    report.progress('npm ci')
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    try {
      await run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'http', ...IMPATIENT], {
        guarded: true,
        onLine: (line) => report.progress(fetchedName(line)),
      })
    } catch (error) {
      throw installFailure(error, 'Node packages')
    }
    return `${Object.keys(packagesOf(INSTALLED)).length} packages`
  },
}
