import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

/** Everything that a bootstrap makes outside node_modules: never committed, safe to delete. */
export const CACHE = join(ROOT, '.contentcache')

const onWindows = process.platform === 'win32'

export const VENV = join(CACHE, 'venv')
export const VENV_PYTHON = onWindows ? join(VENV, 'Scripts', 'python.exe') : join(VENV, 'bin', 'python')

/**
 * A program that the Python environment brings along.
 * @param {string} name
 */
export function venvProgram(name) {
  return onWindows ? join(VENV, 'Scripts', `${name}.exe`) : join(VENV, 'bin', name)
}
