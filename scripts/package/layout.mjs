import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE } from '../bootstrap/lib/paths.mjs'

/** Everything that packaging makes on the way: never committed, safe to delete. */
export const PACKAGE_CACHE = join(CACHE, 'package')

/**
 * Where the parts of one installed app are put together. `electron-builder.json` names those of the first workshop.
 * @typedef {{ root: string, python: string, backend: string, models: string, notices: string, electron: string }} Workshop
 */

/**
 * @param {string} root
 * @returns {Workshop}
 */
export function workshop(root) {
  return {
    root,
    python: join(root, 'python'),
    backend: join(root, 'backend'),
    models: join(root, 'models'),
    notices: join(root, 'notices'),
    electron: join(root, 'electron'),
  }
}

export const MAIN_WORKSHOP = workshop(join(PACKAGE_CACHE, 'parts'))

/**
 * `resources` of an unpacked app.
 * @param {string} unpacked
 */
export function resourcesIn(unpacked) {
  const bundle = readdirSync(unpacked).find((name) => name.endsWith('.app'))
  return bundle === undefined ? join(unpacked, 'resources') : join(unpacked, bundle, 'Contents', 'Resources')
}
