/** Whether a process ended because there was no memory left for it, as far as anybody can know. */
import { readFileSync } from 'node:fs'
import type { ProcessEnd } from './sidecar-process'

/** What Python, C++, numpy and torch say last. */
const lastWords = [
  ...[/\bMemoryError\b/, /\bstd::bad_alloc\b/, /\bcannot allocate memory\b/i, /\bcan't allocate memory\b/i, /\bunable to allocate\b.*\bfor an array\b/i],
  ...[/\bfailed to map segment from shared object\b/, /\bcan't start new thread\b/],
]

/** STATUS_NO_MEMORY and STATUS_COMMITMENT_LIMIT. */
const windowsCodes = new Set([0xc0000017, 0xc000012d])

export interface MemoryEvidence {
  end: ProcessEnd
  stderrTail: readonly string[]
  /** Processes that the system has killed for lack of memory, when this one began and when it ended; null where nobody counts. */
  killsBefore: number | null
  killsAfter: number | null
}

export function endedForLackOfMemory({ end, stderrTail, killsBefore, killsAfter }: MemoryEvidence): boolean {
  if (end.code === 0) return false
  if (end.signal === 'SIGKILL' && killsBefore !== null && killsAfter !== null && killsAfter > killsBefore) return true
  if (end.code !== null && windowsCodes.has(end.code)) return true
  return stderrTail.some((line) => lastWords.some((pattern) => pattern.test(line)))
}

/** Linux counts them for the whole machine, containers included. */
export function killsForLackOfMemory(): number | null {
  if (process.platform !== 'linux') return null
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1]
    return count === undefined ? null : Number(count)
  } catch {
    // Some containers hide it.
    return null
  }
}
