import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { requirePython } from '../../bootstrap/lib/find-python.mjs'
import { parseJson } from '../../bootstrap/lib/json.mjs'
import { run } from '../../bootstrap/lib/run.mjs'

const PROBE = `
import json, os, sys, sysconfig
shared = sysconfig.get_config_var("Py_ENABLE_SHARED")
print(json.dumps({
    "version": sys.version.split()[0],
    "prefix": sys.base_prefix,
    "executable": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    "library": os.path.realpath(os.path.join(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME"))) if shared else None,
    "stdlib": sysconfig.get_path("stdlib"),
}))
`

// The test suite, other programs than the interpreter, and what their programs import; packages come from the lock.
export const LEFT_OUT = new Set([
  ...['site-packages', 'dist-packages', 'test', 'tests', 'idle_test', '__pycache__'],
  ...['ensurepip', 'venv', 'idlelib', 'lib2to3', 'tkinter', 'turtledemo', 'turtle.py', 'curses', 'pydoc_data', 'EXTERNALLY-MANAGED'],
])

// Extension modules for tests, terminals and Unix services, whose libraries (readline, gdbm: GPL) are not ours to ship.
const EXTENSION_LEFT_OUT = /^(_test\w*|_ctypes_test|_xxtestfuzz|xxlimited\w*|_tkinter|_curses\w*|readline|_dbm|_gdbm|nis|ossaudiodev|spwd|_crypt)\./
const HEADERS_AND_MAKEFILE = 'config-3'

/** Stands in for the folder that this Python was built for, in what it says about itself. */
const NEUTRAL_PREFIX = '/contentcache/python'

/** @typedef {{ version: string, prefix: string, executable: string, library: string | null, stdlib: string }} Interpreter */

/** @returns {Promise<Interpreter>} the Python 3.11 of this machine */
export async function machineInterpreter() {
  const { executable } = await requirePython()
  return /** @type {Interpreter} */ (parseJson(await run(executable, ['-I', '-c', PROBE])))
}

/**
 * Copy an interpreter and its standard library to `target`, laid out as `bin/python3` and `lib/python3.11`.
 * @param {Interpreter} interpreter
 * @param {string} target an empty folder
 */
export function copyInterpreter({ version, prefix, executable, library, stdlib }, target) {
  const name = `python${version.split('.').slice(0, 2).join('.')}`
  mkdirSync(join(target, 'bin'), { recursive: true })
  copyFileSync(executable, join(target, 'bin', 'python3'))
  const lib = join(target, 'lib', name)
  cpSync(stdlib, lib, { recursive: true, dereference: true, filter: (source) => source === stdlib || isShipped(source) })
  if (library !== null) {
    copyFileSync(library, join(target, 'lib', basename(library)))
    chmodSync(join(target, 'lib', basename(library)), 0o755)
  }
  for (const file of readdirSync(lib)) {
    if (!file.startsWith('_sysconfigdata')) continue
    const path = join(lib, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(prefix, NEUTRAL_PREFIX))
  }
  if (!existsSync(join(lib, 'os.py'))) throw new Error(`${stdlib} holds no standard library`)
}

/** @param {string} source */
function isShipped(source) {
  const name = basename(source)
  return !LEFT_OUT.has(name) && !EXTENSION_LEFT_OUT.test(name) && !name.startsWith(HEADERS_AND_MAKEFILE)
}
