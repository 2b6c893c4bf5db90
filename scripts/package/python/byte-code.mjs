import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../bootstrap/lib/run.mjs'

const PROGRAM = fileURLToPath(new URL('byte_code.py', import.meta.url))

// Fixed, not this machine's number of processors: how files are dealt out is part of the bytes.
const PROCESSES = 2

/**
 * Byte-compile a folder with the interpreter that will read it.
 * @param {string} interpreter
 * @param {string} folder
 * @param {(line: string) => void} onLine
 */
export async function byteCompile(interpreter, folder, onLine) {
  const compile = (/** @type {string[]} */ args) =>
    run(interpreter, ['-P', '-s', '-B', PROGRAM, folder, ...args], { env: { PYTHONHASHSEED: '0', PYTHONUTF8: '1' }, guarded: true, onLine })
  await Promise.all(Array.from({ length: PROCESSES }, (_, index) => compile([String(index), String(PROCESSES)])))
}

/**
 * Let each package's record name the files that are there.
 * @param {string} interpreter
 * @param {string} folder
 */
export async function writeRecords(interpreter, folder) {
  await run(interpreter, ['-P', '-s', '-B', PROGRAM, folder, 'records'], { env: { PYTHONHASHSEED: '0', PYTHONUTF8: '1' } })
}

/**
 * The interpreter of an app's own Python.
 * @param {string} python
 */
export function interpreterIn(python) {
  return process.platform === 'win32' ? join(python, 'python.exe') : join(python, 'bin', 'python3')
}
