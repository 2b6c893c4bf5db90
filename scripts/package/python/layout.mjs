import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow } from '../lib/files.mjs'

/** Lies among the packages of an app's own Python, and names the folder of the app's own code. */
export const PATH_FILE = 'contentcache.pth'

/**
 * The interpreter of an app's own Python.
 * @param {string} python
 */
export function interpreterIn(python) {
  return process.platform === 'win32' ? join(python, 'python.exe') : join(python, 'bin', 'python3')
}

/**
 * Its folder of packages, which each interpreter has in another place; undefined where there is no Python.
 * @param {string} python
 */
export function sitePackagesIn(python) {
  const marker = existsSync(python) ? filesBelow(python).find((file) => file.endsWith(`/${PATH_FILE}`)) : undefined
  return marker === undefined ? undefined : join(python, dirname(marker))
}
