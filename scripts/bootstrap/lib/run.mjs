import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ROOT } from './paths.mjs'
import { CommandError } from './errors.mjs'

const GUARD = fileURLToPath(new URL('guard.mjs', import.meta.url))

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

// Without this a Ctrl-C or a stopped parent would leave a package manager writing on its own.
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})
for (const [signal, code] of /** @type {const} */ ([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]])) {
  process.on(signal, () => process.exit(code))
}

/**
 * Run a program to its end and return what it wrote to stdout. A guarded one ends with this process even when that is
 * killed; not for one that must not be cut off, as dpkg.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, guarded?: boolean }} [options]
 * @returns {Promise<string>}
 * @throws {CommandError} when it cannot be started or ends with an error
 */
export async function run(command, args, { cwd = ROOT, env = process.env, onLine, guarded = false } = {}) {
  const child = guarded
    ? spawn(process.execPath, [GUARD, command, ...args], { cwd, env, stdio: 'pipe', windowsHide: true })
    : spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  running.add(child)
  let stdout = ''
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output += `${line}\n`
      if (stream === child.stdout) stdout += `${line}\n`
      onLine?.(line)
    })
  }
  const shown = [command, ...args].join(' ')
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child)
      reject(new CommandError(shown, error.message, output))
    })
    child.once('close', (code, signal) => {
      running.delete(child)
      if (code === 0) resolve(stdout)
      else reject(new CommandError(shown, signal ? `ended by ${signal}` : `exit code ${String(code)}`, output))
    })
  })
}

/**
 * Run a program with this terminal as its own, and return its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export async function runVisibly(command, args, { env = process.env } = {}) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' })
  running.add(child)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child)
      reject(new CommandError([command, ...args].join(' '), error.message, ''))
    })
    child.once('close', (code) => {
      running.delete(child)
      resolve(code ?? 1)
    })
  })
}
