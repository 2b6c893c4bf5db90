import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Log } from './log/log'
import { messageOf } from './problem'

/** What processes that were killed have left. To be called before any is started, by the one app that has this data folder. */
export function emptyTemporaryFolder(folder: string, log: Log): void {
  for (const name of readdirSync(folder)) {
    try {
      rmSync(path.join(folder, name), { recursive: true, force: true })
    } catch (error) {
      // Windows lets nobody delete what an orphan of the last launch still has open; the next launch does.
      log.warn(`${name} stays in ${folder}: ${messageOf(error)}`)
    }
  }
}
