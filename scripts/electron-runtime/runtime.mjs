import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readJson } from '../bootstrap/lib/json.mjs'
import { CACHE } from '../bootstrap/lib/paths.mjs'

export const HOME = join(CACHE, 'electron')
const RECORD = join(HOME, 'runtime.json')

/**
 * The Electron that this checkout runs with.
 * @typedef {{ executable: string, dist: string, version: string, source: string }} Runtime
 */

/** The executable inside a distribution, as Electron's own releases lay it out. */
export const EXECUTABLE =
  process.platform === 'darwin' ? join('Electron.app', 'Contents', 'MacOS', 'Electron') : process.platform === 'win32' ? 'electron.exe' : 'electron'

/**
 * The runtime in a distribution folder, or undefined when there is none.
 * @param {string} dist
 * @param {string} source
 * @returns {Runtime | undefined}
 */
export function runtimeIn(dist, source) {
  const executable = join(dist, EXECUTABLE)
  const versionFile = join(dist, 'version')
  if (!existsSync(executable) || !existsSync(versionFile)) return undefined
  return { executable, dist, version: readFileSync(versionFile, 'utf8').trim().replace(/^v/, ''), source }
}

/** @returns {Runtime | undefined} */
export function readRuntime() {
  return existsSync(RECORD) ? /** @type {Runtime} */ (readJson(RECORD)) : undefined
}

/** @param {Runtime} runtime */
export function recordRuntime(runtime) {
  mkdirSync(dirname(RECORD), { recursive: true })
  writeFileSync(`${RECORD}.partial`, `${JSON.stringify(runtime, null, 2)}\n`)
  renameSync(`${RECORD}.partial`, RECORD)
}
