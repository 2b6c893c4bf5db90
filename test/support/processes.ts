/** What runs below a process, from /proc: the tests look from outside, not through the app. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunningProcess {
  pid: number
  parent: number
  /** Clock ticks since boot: with the pid, an identity that is not used twice. */
  startedAt: string
  command: string
}

function read(pid: number): RunningProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return null
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
    return { pid, parent: Number(fields[1]), startedAt: fields[19] ?? '', command }
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/** What the kernel says of a process, or of something that it held, when that is there no more. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}

/** All processes below `pid`, itself first. */
export function tree(pid: number): RunningProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)))
    .filter((process) => process !== null)
  const found = all.filter((process) => process.pid === pid)
  for (const parent of found) found.push(...all.filter((process) => process.parent === parent.pid))
  return found
}

/** All processes whose command line names this folder, and everything below them. */
export function processesWith(folder: string): RunningProcess[] {
  const named = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)))
    .filter((process) => process !== null)
    .filter(({ pid, command }) => pid !== globalThis.process.pid && command.includes(folder))
  return [...new Map(named.flatMap(({ pid }) => tree(pid)).map((process) => [process.pid, process])).values()]
}

export function isRunning(process: RunningProcess): boolean {
  return read(process.pid)?.startedAt === process.startedAt
}

export function killHard(processes: RunningProcess[]): void {
  for (const target of processes) {
    if (!isRunning(target)) continue
    try {
      process.kill(target.pid, 'SIGKILL')
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }
}

/** Those of `processes` that still run after `seconds`. */
export async function survivors(processes: RunningProcess[], seconds: number): Promise<RunningProcess[]> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const left = processes.filter(isRunning)
    if (left.length === 0 || Date.now() > deadline) return left
    await sleep(50)
  }
}
