import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * `state` is the third field and `starttime` the 22nd (proc_pid_stat(5)); the second, the name in brackets, may hold spaces
 * and brackets. A zombie runs nothing any more: it only waits for a parent that may never ask.
 */
export function startTimeField(stat: string): string | null {
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null)
}

async function onLinux(pid: number): Promise<string | null> {
  const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile('/proc/sys/kernel/random/boot_id', 'utf8')])
  const time = startTimeField(stat)
  return time === null ? null : `${boot.trim()}:${time}`
}

async function ask(program: string, argumentList: string[]): Promise<string | null> {
  const { stdout } = await run(program, argumentList, { timeout: 10_000, windowsHide: true })
  return stdout.trim() || null
}

/** Something that only this very process has had, not a later one with the same pid. Null when there is none or nobody can say. */
export async function processStartTime(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') return await onLinux(pid)
    if (process.platform === 'win32') {
      return await ask('powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`])
    }
    return await ask('ps', ['-o', 'lstart=', '-p', String(pid)])
  } catch {
    return null
  }
}
