import { spawn } from 'node:child_process'

/**
 * `node guard.mjs <program> <arguments>`: runs the program and ends it, with all it started, when stdin ends. Whoever
 * holds the other end of stdin can be killed in any way; a package manager must not go on writing after that.
 */
const [program = '', ...args] = process.argv.slice(2)
const ownGroup = process.platform !== 'win32'
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: ownGroup, windowsHide: true })

// A Ctrl-C reaches this process too; what follows from it comes through stdin.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => undefined)

process.stdin.resume()
process.stdin.on('end', () => {
  if (child.pid === undefined || child.exitCode !== null) return
  if (ownGroup) process.kill(-child.pid, 'SIGKILL')
  else child.kill('SIGKILL')
})

child.on('error', (error) => {
  process.stderr.write(`${program}: ${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code) => process.exit(code ?? 1))
