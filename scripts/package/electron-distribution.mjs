import { cpSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { EXECUTABLE, readRuntime } from '../electron-runtime/runtime.mjs'

/**
 * What an app is put together with: `program` is the one inside of it, `arch` as Node names it.
 * @typedef {{ version: string, source: string, program: string, arch: string }} Electron
 */

// With it an Electron for development runs any app.
const NOT_FOR_AN_APP = 'default_app.asar'

/**
 * A copy of the Electron that this checkout runs with, as its own release would be: electron-builder takes over all it finds
 * and changes the program in place. The newest where the bootstrap could fetch it, else the stand-in.
 * @param {string} target
 * @returns {Electron}
 */
export function copyElectron(target) {
  const runtime = readRuntime()
  if (runtime === undefined) throw new BootstrapError('There is no Electron runtime yet.', 'npm run bootstrap')
  rmSync(target, { recursive: true, force: true })
  cpSync(runtime.dist, target, { recursive: true, verbatimSymlinks: true, filter: (source) => basename(source) !== NOT_FOR_AN_APP })
  return { version: runtime.version, source: runtime.source, program: join(target, EXECUTABLE), arch: process.arch }
}
