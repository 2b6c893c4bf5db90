import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../../electron/log/log'
import type { Paths } from '../../../electron/paths'

export const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

export function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = []
  const add = (line: string): void => void lines.push(line)
  return { lines, info: add, warn: add, error: add }
}

/** A folder of its own, removed by the returned function. */
export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'contentcache-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Waits for a fact, not for a time; the limit only ends a test that would hang. */
export async function until(fact: () => boolean | Promise<boolean>, what: string, limit = 20_000): Promise<void> {
  const end = Date.now() + limit
  while (!(await fact())) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}`)
    await delay(20)
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Of an app whose files all lie in `folder`. */
export function pathsIn(folder: string, own: Pick<Paths, 'models' | 'code' | 'python' | 'run'>): Paths {
  const file = (name: string): string => path.join(folder, name)
  return {
    ...{ data: folder, logs: folder, temporary: folder, profile: folder, bundledModels: null, pythonFlags: [] },
    ...{ settings: file('settings.json'), pendingFolders: file('folders-pending.json'), windowState: file('window.json'), version: file('version.json') },
    ...{ notices: file('notices'), chromiumLicences: file('LICENSES.chromium.html') },
    ...own,
  }
}
