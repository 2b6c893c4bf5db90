import type { ChildProcess } from 'node:child_process'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { ProcessEnd, SidecarProcess } from './sidecar-process'

const drainTime = 500

/** A grandchild may hold the pipes open for ever: after the exit the streams get a moment, no more. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error: error.message })
    })
    child.once('exit', (code, signal) => {
      const end = { code, signal }
      const timer = setTimeout(() => resolve(end), drainTime)
      child.once('close', () => {
        clearTimeout(timer)
        resolve(end)
      })
    })
  })
}

function emptyStream(): Readable {
  return new PassThrough().end()
}

export function sidecarProcess(child: ChildProcess): SidecarProcess {
  const stdin: Writable | null = child.stdin
  // EPIPE: the child has gone first. Its exit is reported by itself.
  stdin?.on('error', () => undefined)
  return {
    pid: child.pid,
    stdout: child.stdout ?? emptyStream(),
    stderr: child.stderr ?? emptyStream(),
    send: (line) => {
      if (stdin?.writable) stdin.write(line)
    },
    closeInput: () => stdin?.end(),
    ended: endOf(child),
  }
}
