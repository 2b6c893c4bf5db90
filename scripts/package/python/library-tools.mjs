import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson } from '../../bootstrap/lib/json.mjs'
import { installFailure } from '../../bootstrap/lib/network.mjs'
import { VENV_PYTHON } from '../../bootstrap/lib/paths.mjs'
import { lockPath } from '../../bootstrap/lib/python-locks.mjs'
import { run } from '../../bootstrap/lib/run.mjs'
import { digestOf } from '../../bootstrap/lib/stamps.mjs'
import { PACKAGE_CACHE } from '../layout.mjs'

/**
 * What a shared library of any system is: native_libraries.py says what each means.
 * @typedef {object} NativeLibrary
 * @property {'ELF' | 'PE' | 'Mach-O'} format
 * @property {'x86_64' | 'aarch64'} machine
 * @property {string} name
 * @property {string[]} needed
 * @property {string[]} imports
 * @property {Record<string, 'data' | 'function'>} exports
 * @property {string} [system]
 * @property {string} [compatibility]
 * @property {string} [current]
 * @property {boolean} [signed]
 */

// Beside the environment, not in it: who only runs or tests the app needs no compiler of 400 MB.
const LOCK = lockPath('package')
const TOOLS = join(PACKAGE_CACHE, 'library-tools')
const COMPLETE = join(TOOLS, 'complete')
const READER = fileURLToPath(new URL('native_libraries.py', import.meta.url))

/** Fetch LIEF, which reads shared libraries of every system, and Zig's C compiler, which makes them, unless they are here. */
export async function provideLibraryTools() {
  const digest = digestOf({ paths: [LOCK] })
  if (existsSync(COMPLETE) && readFileSync(COMPLETE, 'utf8') === digest) return
  rmSync(TOOLS, { recursive: true, force: true })
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' }
  const settings = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--no-compile', '--retries', '2']
  try {
    await run(VENV_PYTHON, ['-m', 'pip', 'install', ...settings, '--target', TOOLS, '--requirement', LOCK], { env, guarded: true })
  } catch (error) {
    throw installFailure(error, `The tools of ${LOCK}, which packaging needs,`)
  }
  writeFileSync(COMPLETE, digest)
}

/**
 * @param {string[]} files
 * @param {RegExp} symbols those to tell of
 * @returns {Promise<NativeLibrary[]>}
 */
export async function readLibraries(files, symbols) {
  return /** @type {NativeLibrary[]} */ (parseJson(await runTool([READER, symbols.source, ...files])))
}

/**
 * Compile for any system. Nothing is kept for a next time.
 * @param {string[]} args those of clang
 * @param {string} work where the source lies
 */
export async function compile(args, work) {
  const cache = join(work, 'cache')
  await runTool(['-m', 'ziglang', 'cc', ...args], { cwd: work, env: { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache } })
}

/**
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 */
function runTool(args, { cwd, env } = {}) {
  return run(VENV_PYTHON, ['-P', '-s', '-B', ...args], { ...(cwd !== undefined && { cwd }), env: { ...process.env, PYTHONUTF8: '1', PYTHONPATH: TOOLS, ...env } })
}
