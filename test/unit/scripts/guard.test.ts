import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const guard = fileURLToPath(new URL('../../../scripts/bootstrap/lib/guard.mjs', import.meta.url))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

// Stands for a bootstrap: it starts a guarded program that starts another, says both pids, and waits.
const bootstrap = `
const { spawn } = require('node:child_process')
const program = "const c = require('child_process').spawn('sleep', ['60']); console.log(process.pid, c.pid); setInterval(() => {}, 1000)"
spawn(process.execPath, [process.argv[1], process.execPath, '-e', program], { stdio: ['pipe', 'inherit', 'inherit'] })
`

it.skipIf(process.platform === 'win32')('ends the program and what it started when the bootstrap is killed', async () => {
  const parent = spawn(process.execPath, ['-e', bootstrap, guard], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  const pids = line.split(' ').map(Number)
  expect(pids.map(isAlive)).toEqual([true, true])
  parent.kill('SIGKILL')
  await expect.poll(() => pids.map(isAlive), { timeout: 5000 }).toEqual([false, false])
})

it('passes on the exit code and the output', async () => {
  const child = spawn(process.execPath, [guard, process.execPath, '-e', 'console.log("said"); process.exit(7)'], { stdio: 'pipe' })
  const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const [code] = (await once(child, 'exit')) as [number]
  expect({ said, code }).toEqual({ said: 'said', code: 7 })
})

it('says when there is no such program', async () => {
  const child = spawn(process.execPath, [guard, 'no-such-program-anywhere'], { stdio: 'pipe' })
  const [complaint] = (await once(createInterface({ input: child.stderr }), 'line')) as [string]
  expect(complaint).toContain('no-such-program-anywhere')
})
