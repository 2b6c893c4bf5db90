import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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

const bootId = '/proc/sys/kernel/random/boot_id'
const statOf = (pid: number): string => `/proc/${pid}/stat`

function identity(stat: string, boot: string): string | null {
  const time = startTimeField(stat)
  return time === null ? null : `${boot.trim()}:${time}`
}

/** The program that knows it elsewhere. */
function question(pid: number): [program: string, argumentList: string[]] {
  if (process.platform === 'win32') {
    return ['powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`]]
  }
  return ['ps', ['-o', 'lstart=', '-p', String(pid)]]
}

const limits = { timeout: 10_000, windowsHide: true }

/** Something that only this very process has had, not a later one with the same pid. Null when there is none or nobody can say. */
export async function processStartTime(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') return identity(...(await Promise.all([readFile(statOf(pid), 'utf8'), readFile(bootId, 'utf8')])))
    const { stdout } = await run(...question(pid), limits)
    return stdout.trim() || null
  } catch {
    return null
  }
}

/** The same for whoever cannot wait, as before Electron has begun. */
export function processStartTimeNow(pid: number): string | null {
  try {
    if (process.platform === 'linux') return identity(readFileSync(statOf(pid), 'utf8'), readFileSync(bootId, 'utf8'))
    return execFileSync(...question(pid), { ...limits, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
  } catch {
    return null
  }
}
