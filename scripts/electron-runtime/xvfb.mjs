import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'

const START_MILLISECONDS = 10_000
const STOP_MILLISECONDS = 3000

/**
 * @typedef {{ display: string, stop: () => Promise<void> }} Display
 */

/**
 * Start an X server of our own on a display number that it picks itself. It ends with `stop`, or with this process.
 * @param {{ width?: number, height?: number }} [size]
 * @returns {Promise<Display>}
 */
export async function startXvfb({ width = 1440, height = 900 } = {}) {
  const args = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  const endWithUs = () => server.kill('SIGKILL')
  process.once('exit', endWithUs)
  const display = `:${await displayNumber(server)}`
  return {
    display,
    async stop() {
      process.off('exit', endWithUs)
      if (server.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      const late = sleep(STOP_MILLISECONDS, 'late', { ref: false })
      if ((await Promise.race([ended, late])) === 'late') server.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<number>}
 */
function displayNumber(server) {
  let complaint = ''
  server.stderr?.on('data', (data) => (complaint += String(data)))
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ why) => {
      server.kill('SIGKILL')
      reject(new BootstrapError(`Xvfb did not start: ${why}\n${complaint}`.trim(), 'On Debian: apt-get install xvfb'))
    }
    const timer = setTimeout(() => fail('it named no display in time'), START_MILLISECONDS)
    server.once('error', (error) => fail(error.message))
    server.once('exit', (code) => fail(`exit code ${String(code)}`))
    server.stdio[3]?.once('data', (data) => {
      clearTimeout(timer)
      server.removeAllListeners('exit')
      resolve(Number(String(data).trim()))
    })
  })
}
