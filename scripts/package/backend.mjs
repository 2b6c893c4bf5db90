import { cpSync, rmSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { byteCompile } from './python/byte-code.mjs'

const SOURCE = join(ROOT, 'backend')

// What only a checkout needs: the project file, the locks, and byte code that knows where this checkout lies.
const LEFT_OUT = new Set(['pyproject.toml', 'locks', '__pycache__', '.ruff_cache', '.mypy_cache', '.pytest_cache'])

/**
 * The sidecars' code as it is installed.
 * @param {string} backend is replaced
 * @param {string} compiler a CPython of the version that will run it
 */
export async function makeBackend(backend, compiler) {
  rmSync(backend, { recursive: true, force: true })
  cpSync(SOURCE, backend, { recursive: true, filter: (source) => source === SOURCE || (!LEFT_OUT.has(basename(source)) && !source.endsWith('.egg-info')) })
  await byteCompile(compiler, backend)
  return relative(ROOT, backend)
}
