import { cpSync, rmSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { byteCompile, interpreterIn } from './python/byte-code.mjs'

const SOURCE = join(ROOT, 'backend')

// What only a checkout needs: the project file, the locks, and byte code that knows where this checkout lies.
const LEFT_OUT = new Set(['pyproject.toml', 'locks', '__pycache__', '.ruff_cache', '.mypy_cache', '.pytest_cache'])

/**
 * The sidecars' code as it is installed.
 * @param {import('./layout.mjs').Workshop} parts
 * @param {string} [interpreter] a CPython 3.11, by default the app's own: its byte code is the same on every system
 */
export async function makeBackend({ backend, python }, interpreter = interpreterIn(python)) {
  rmSync(backend, { recursive: true, force: true })
  cpSync(SOURCE, backend, { recursive: true, filter: (source) => source === SOURCE || (!LEFT_OUT.has(basename(source)) && !source.endsWith('.egg-info')) })
  await byteCompile(interpreter, backend, () => undefined)
  return relative(ROOT, backend)
}
