import { execFile } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `statfs` came with Node 18, and with Electron newer than the runtime of the tests. */
type NewFileSystem = Pick<typeof fs, 'statfs'>

/** Bytes that this person may still write to the disk of a folder; null where nobody says. */
export async function freeSpace(folder: string): Promise<number | null> {
  try {
    const { statfs } = fs as Partial<NewFileSystem>
    if (statfs !== undefined) {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    }
    const { stdout } = await run('df', ['-Pk', folder], { timeout: 10_000 })
    return availableIn(stdout)
  } catch {
    // A disk that is gone, or a system without `df`.
    return null
  }
}

/** `df -P` (POSIX): a head, then one line whose fourth field is kibibytes; the first may hold spaces, the third to fifth are numbers. */
export function availableIn(output: string): number | null {
  const available = /\s\d+\s+\d+\s+(\d+)\s+\d+%/.exec(output)?.[1]
  return available === undefined ? null : Number(available) * 1024
}
