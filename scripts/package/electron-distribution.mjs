import { cpSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { readRuntime } from '../electron-runtime/runtime.mjs'

// An Electron for development runs any app with the first; the others are of the AppImage that the stand-in came in.
const NOT_FOR_AN_APP = new Set(['default_app.asar', 'AppRun', '.DirIcon', 'usr', 'fiftyone.desktop', 'fiftyone.png'])

/**
 * A copy of the Electron that this checkout runs with, as its own release would be: electron-builder takes over all it finds
 * and changes the program in place. The newest where the bootstrap could fetch it, else the stand-in.
 * @param {string} target
 * @returns {{ version: string, source: string }}
 */
export function copyElectron(target) {
  const runtime = readRuntime()
  if (runtime === undefined) throw new BootstrapError('There is no Electron runtime yet.', 'npm run bootstrap')
  rmSync(target, { recursive: true, force: true })
  cpSync(runtime.dist, target, { recursive: true, verbatimSymlinks: true, filter: (source) => !NOT_FOR_AN_APP.has(basename(source)) })
  return { version: runtime.version, source: runtime.source }
}
