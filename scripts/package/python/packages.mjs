import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installFailure } from '../../bootstrap/lib/network.mjs'
import { VENV_PYTHON } from '../../bootstrap/lib/paths.mjs'
import { prune } from '../../bootstrap/lib/prune.mjs'
import { lockPath } from '../../bootstrap/lib/python-locks.mjs'
import { run } from '../../bootstrap/lib/run.mjs'

// Their scripts name this checkout's interpreter, and nothing of the app starts a program of theirs.
const PROGRAMS = ['bin', 'Scripts', 'share']

/**
 * Install the runtime lock, and nothing else, into a folder of packages. The build lock is what this checkout's
 * environment already has, for the one source distribution.
 * @param {string} site
 * @param {(line: string) => void} onLine
 */
export async function installPackages(site, onLine) {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PYTHONHASHSEED: '0' }
  const settings = ['--require-hashes', '--no-deps', '--no-build-isolation', '--no-compile', '--retries', '2']
  try {
    await run(VENV_PYTHON, ['-m', 'pip', 'install', ...settings, '--target', site, '--requirement', lockPath('runtime')], { env, guarded: true, onLine })
  } catch (error) {
    throw installFailure(error, `The Python packages of ${lockPath('runtime')}`)
  }
  for (const name of PROGRAMS) rmSync(join(site, name), { recursive: true, force: true })
  prune(site)
  pruneFurther(site)
}

// Imported by the package itself, whatever its name says.
const NEEDED_TESTS = ['tensorflow/_api']
const TEST_FOLDERS = new Set(['test', 'tests', 'testdata', 'test_data'])
const HEADER_FOLDERS = new Set(['include', 'includes'])

// Sources and interfaces for compilers, and files for type checkers.
const SOURCES = /\.(h|hh|hpp|hxx|inc|cuh?|cc|cpp|cxx|c|pyx|pxd|pxi|pyi|a|lib|cmake|pc)$/
// Tests that lie beside the code (a name like test_util.py alone says nothing: TensorFlow imports some), and the libraries of PyTorch's own tests.
const TESTS = /(^keras\/.+_test\.py|(^|\/)conftest\.py|^torch\/lib\/lib(jitbackend_test|torchbind_test|backend_with_compiler|aoti_custom_ops)\.so)$/

// Two ways of numba to compute in threads, over libraries of the system that a bare one lacks; it has a third of its own.
const OF_OTHER_SYSTEMS = /^numba\/np\/ufunc\/(omppool|tbbpool)\./

/**
 * Delete tests, headers and sources everywhere.
 * @param {string} site
 */
function pruneFurther(site) {
  const visit = (/** @type {string} */ relative) => {
    for (const entry of readdirSync(join(site, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      // What a licence comes with is kept as it is.
      if (entry.name.endsWith('.dist-info')) continue
      if (entry.isDirectory()) {
        if (isLeftOut(entry.name, path, join(site, path))) rmSync(join(site, path), { recursive: true })
        else visit(path)
      } else if (SOURCES.test(entry.name) || TESTS.test(path) || OF_OTHER_SYSTEMS.test(path)) {
        rmSync(join(site, path))
      }
    }
  }
  visit('')
}

/**
 * @param {string} name
 * @param {string} path
 * @param {string} folder
 */
function isLeftOut(name, path, folder) {
  if (NEEDED_TESTS.some((needed) => path.startsWith(needed))) return false
  if (TEST_FOLDERS.has(name)) return true
  return HEADER_FOLDERS.has(name) && !existsSync(join(folder, '__init__.py'))
}
