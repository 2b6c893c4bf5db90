import { fileURLToPath } from 'node:url'
import { run } from '../../bootstrap/lib/run.mjs'

const PROGRAM = fileURLToPath(new URL('byte_code.py', import.meta.url))

// Fixed, not this machine's number of processors: how files are dealt out is part of the bytes.
const PROCESSES = 2

/**
 * Byte-compile a folder with the interpreter that will read it.
 * @param {string} interpreter
 * @param {string} folder
 * @param {(line: string) => void} [onLine]
 */
export async function byteCompile(interpreter, folder, onLine) {
  const slices = Array.from({ length: PROCESSES }, (_, index) => [String(index), String(PROCESSES)])
  await Promise.all(slices.map((slice) => runProgram(interpreter, [folder, ...slice], onLine)))
}

/**
 * Let each package's record name the files that are there.
 * @param {string} interpreter
 * @param {string} folder
 */
export async function writeRecords(interpreter, folder) {
  await runProgram(interpreter, [folder, 'records'])
}

/**
 * @param {string} interpreter
 * @param {string[]} args
 * @param {(line: string) => void} [onLine]
 */
async function runProgram(interpreter, args, onLine) {
  await run(interpreter, ['-P', '-s', '-B', PROGRAM, ...args], { env: { PYTHONHASHSEED: '0', PYTHONUTF8: '1' }, guarded: true, ...(onLine && { onLine }) })
}
