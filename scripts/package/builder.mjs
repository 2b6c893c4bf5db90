import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, Arch, Platform } from 'electron-builder'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { readJson } from '../bootstrap/lib/json.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { MAIN_WORKSHOP } from './layout.mjs'

/** @typedef {import('electron-builder').Configuration} Configuration */

const PLATFORMS = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC }
const CONFIGURATION = join(ROOT, 'electron-builder.json')

/** @returns {Record<string, boolean>} */
export function statedFuses() {
  return /** @type {{ electronFuses: Record<string, boolean> }} */ (readJson(CONFIGURATION)).electronFuses
}

/**
 * The committed configuration, with what only this run knows: which Electron, where the parts lie, where results go.
 * @param {{ parts: import('./layout.mjs').Workshop, out: string, electronVersion: string, electronFuses: Record<string, boolean>, release: boolean, releaseAddress?: string | undefined }} run
 * @returns {Configuration}
 */
export function configurationOf({ parts, out, electronVersion, electronFuses, release, releaseAddress }) {
  const committed = /** @type {Configuration & { extraResources: { from: string, to: string, filter: string[] }[] }} */ (readJson(CONFIGURATION))
  return {
    ...committed,
    extraResources: committed.extraResources.map(({ from, ...rest }) => ({ ...rest, from: join(ROOT, from).replace(MAIN_WORKSHOP.root, parts.root) })),
    directories: { ...committed.directories, output: out },
    electronVersion,
    electronDist: parts.electron,
    electronFuses,
    // Written into the app, and with a description of the version beside what is built: docs/UPDATES.md.
    ...(releaseAddress !== undefined && { publish: { provider: 'generic', url: releaseAddress } }),
    // As far as it goes takes many minutes for gigabytes: for what is given to people.
    ...(release && { compression: 'maximum' }),
    deb: { ...committed.deb, compression: release ? 'xz' : 'gz' },
  }
}

/**
 * For an app of another system than this: without a Python, and without the tools of that system that sign and edit its program.
 * @param {Configuration} config
 * @returns {Configuration}
 */
export function forAnotherSystem(config) {
  const resources = /** @type {{ to: string }[]} */ (config.extraResources)
  return {
    ...config,
    extraResources: /** @type {import('electron-builder').FileSet[]} */ (resources.filter(({ to }) => to !== 'python')),
    win: { ...config.win, signAndEditExecutable: false },
    mac: { ...config.mac, identity: null },
  }
}

/**
 * @param {Configuration} config
 * @param {string} file where it is written for electron-builder: an object would be joined with the committed file, each list twice
 * @param {import('./options.mjs').System} platform
 * @param {string[]} targets
 * @param {string} architecture
 * @returns {Promise<{ unpacked: string, artifacts: string[] }>}
 */
export async function runBuilder(config, file, platform, targets, architecture) {
  const out = config.directories?.output ?? ''
  const unpacked = unpackedFolder(out, platform, architecture)
  rmSync(unpacked, { recursive: true, force: true })
  const arch = architecture === 'arm64' ? Arch.arm64 : Arch.x64
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`)
  const artifacts = await build({ config: file, projectDir: ROOT, publish: 'never', targets: PLATFORMS[platform].createTarget(targets, arch) })
  if (!existsSync(unpacked)) throw new BootstrapError(`electron-builder made no ${unpacked}.`, 'Its own lines above say why.')
  return { unpacked, artifacts: artifacts.filter((file) => file !== unpacked) }
}

/**
 * @param {string} out
 * @param {import('./options.mjs').System} platform
 * @param {string} architecture
 */
function unpackedFolder(out, platform, architecture) {
  const suffix = architecture === 'arm64' ? '-arm64' : ''
  if (platform === 'darwin') return join(out, `mac${suffix}`)
  return join(out, `${platform === 'win32' ? 'win' : 'linux'}${suffix}-unpacked`)
}
