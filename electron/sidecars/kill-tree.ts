import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import treeKill from 'tree-kill'

const killWithChildren = promisify<number, string>(treeKill)

/** The program with which tree-kill lists children; without it, it would throw from inside. */
const lister: Partial<Record<NodeJS.Platform, string>> = { linux: 'ps', darwin: 'pgrep' }

function canListChildren(): boolean {
  const program = lister[process.platform]
  if (program === undefined) return true
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, program)))
}

/** Ends a process and its descendants at once. A process that is already gone is what was wanted. */
export async function killTree(pid: number): Promise<void> {
  if (canListChildren()) {
    await killWithChildren(pid, 'SIGKILL')
    return
  }
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
