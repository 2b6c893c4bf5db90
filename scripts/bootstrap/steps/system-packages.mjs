import { existsSync } from 'node:fs'
import { BootstrapError } from '../lib/errors.mjs'
import { findPython } from '../lib/find-python.mjs'
import { installFailure } from '../lib/network.mjs'
import { run } from '../lib/run.mjs'

/**
 * A library or program and the packages that bring it, newest name first: Debian renamed some for 64-bit time.
 * @typedef {{ what: string, packages: string[] }} Need
 */

/** @type {Need[]} */
const ELECTRON_NEEDS = [
  { what: 'GTK 3', packages: ['libgtk-3-0t64', 'libgtk-3-0'] },
  { what: 'NSS', packages: ['libnss3'] },
  { what: 'ALSA', packages: ['libasound2t64', 'libasound2'] },
  { what: 'GBM', packages: ['libgbm1'] },
]

/** @returns {Promise<Need[]>} */
async function needs() {
  const list = [...ELECTRON_NEEDS]
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    list.push({ what: 'Xvfb (there is no display)', packages: ['xvfb'] })
  }
  const python = await findPython()
  if (python && !python.hasEnsurepip) list.push({ what: "Python's venv", packages: ['python3.11-venv', 'python3-venv'] })
  return list
}

/** @returns {Promise<Set<string>>} */
async function installedPackages() {
  const listing = await run('dpkg-query', ['--show', '--showformat', '${db:Status-Abbrev} ${Package}\n'])
  const lines = listing.split('\n').filter((line) => line.startsWith('ii '))
  return new Set(lines.map((line) => line.slice('ii '.length).trim()))
}

/**
 * The first of a need's packages that this release has.
 * @param {Need} need
 */
async function choose(need) {
  const available = await run('apt-cache', ['pkgnames'])
  const names = new Set(available.split('\n'))
  return need.packages.find((name) => names.has(name)) ?? need.packages[0] ?? ''
}

/** @type {import('../lib/step.mjs').Step} */
export const systemPackages = {
  id: 'system-packages',
  title: 'System packages',
  async perform(report) {
    if (process.platform !== 'linux') return undefined
    if (!existsSync('/usr/bin/dpkg-query')) {
      report.note(`Not a Debian system: Electron needs ${ELECTRON_NEEDS.map((need) => need.what).join(', ')} from yours.`)
      return undefined
    }
    const installed = await installedPackages()
    const missing = (await needs()).filter((need) => !need.packages.some((name) => installed.has(name)))
    return missing.length === 0 ? undefined : provideSystemPackages(missing, report)
  },
}

/**
 * Install what is missing, as root; name it to anybody else.
 * @param {Need[]} missing
 * @param {import('../lib/report.mjs').StepReport} report
 */
export async function provideSystemPackages(missing, report) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/dpkg-query')) {
    const names = missing.map((need) => need.packages.at(-1)).join(' ')
    throw new BootstrapError(`This system lacks ${missing.map((need) => need.what).join(', ')}.`, `On Debian or Ubuntu: sudo apt-get install ${names}`)
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const onLine = (/** @type {string} */ line) => report.progress(line)
  try {
    await run('apt-get', ['update', '-q'], { env, onLine })
    const names = await Promise.all(missing.map(choose))
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env, onLine })
    return `installed ${names.join(', ')}`
  } catch (error) {
    throw installFailure(error, 'System packages')
  }
}
