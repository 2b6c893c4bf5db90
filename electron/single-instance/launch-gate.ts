import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Longer than Chromium waits for an instance that does not answer, before it ends it. */
const usualPatience = 30_000

/**
 * Runs `action` while no other process runs one for the same `file`, and gives what it gives. Waits without an event loop, as before Electron has begun.
 * Whoever ended in the middle of theirs holds nobody up. After `patience` milliseconds, and where no such file can be written, it is run all the same:
 * an app that does not start is worse than what the gate is there for.
 */
export function oneAtATime<T>(file: string, action: () => T, patience = usualPatience): T {
  const end = Date.now() + patience
  while (!take(file)) {
    const isLeftOver = !holderRuns(file)
    if (isLeftOver || Date.now() > end) break
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
  }
  try {
    return action()
  } finally {
    rmSync(file, { force: true })
  }
}

/** False: another has it. */
function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST'
  }
}

function holderRuns(file: string): boolean {
  const pid = pidIn(file)
  // Not written yet, or gone meanwhile.
  if (pid === null) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function pidIn(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}
