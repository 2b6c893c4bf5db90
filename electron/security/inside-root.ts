/** Files of the library are opened only where a person added them: a link that leads out of that folder is not followed. */
import { constants } from 'node:fs'
import { open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

export interface FileOfRoot {
  /** Absolute. */
  path: string
  /** The folder that a person added. */
  root: string
}

// A pipe in the place of a file would keep its opener waiting for ever. Windows has neither flag.
const flags: Readonly<Record<string, number | undefined>> = { ...constants }
const withoutLinksOrWaiting = constants.O_RDONLY | (flags['O_NOFOLLOW'] ?? 0) | (flags['O_NONBLOCK'] ?? 0)

function isBelow(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..'
}

/** Where the file really is, or null: not there, or not below its root once every link is resolved. */
export async function realPathInside(file: FileOfRoot): Promise<string | null> {
  try {
    const [root, real] = await Promise.all([realpath(file.root), realpath(file.path)])
    return isBelow(root, real) ? real : null
  } catch {
    return null
  }
}

/** The file, open for reading, or null. Judged after it is open: whoever puts a link there in between is refused as well. */
export async function openInside(file: FileOfRoot): Promise<FileHandle | null> {
  let handle: FileHandle
  try {
    handle = await open(file.path, withoutLinksOrWaiting)
  } catch {
    return null
  }
  try {
    if (await isOpenInside(handle, file)) return handle
  } catch {
    // Gone since: the same as not there.
  }
  await handle.close()
  return null
}

async function isOpenInside(handle: FileHandle, file: FileOfRoot): Promise<boolean> {
  const opened = await handle.stat({ bigint: true })
  if (!opened.isFile()) return false
  // The kernel knows where the open file is. Elsewhere its path is asked for once more, which leaves a moment for a folder to be swapped.
  if (process.platform === 'linux') return isBelow(await realpath(file.root), await readlink(`/proc/self/fd/${handle.fd}`))
  const real = await realPathInside(file)
  if (real === null) return false
  const named = await stat(real, { bigint: true })
  return opened.dev === named.dev && opened.ino === named.ino
}
