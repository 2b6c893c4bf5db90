/** An AppImage by its next version: at every moment one of the two is there, whole. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ConnectionError } from './connections'
import type { Downloaded } from './releases'

/** A file that was named after its version is named after the next; any other keeps the name that its person gave it. */
export function nameOfNext(image: string, downloaded: string): string {
  return /\d+\.\d+\.\d+/.test(path.basename(image)) ? path.basename(downloaded) : path.basename(image)
}

/**
 * Both must be on one disk. Returns where the new version is.
 * Throws when the download is not what was verified, or its place cannot be written: the old version is untouched then.
 */
export async function replaceImage(image: string, { file, sha512 }: Downloaded): Promise<string> {
  const found = await sha512Of(file)
  if (found !== sha512) throw new ConnectionError('ERR_CHECKSUM_MISMATCH', `sha512 is ${found}, verified was ${sha512}`)
  await chmod(file, ((await stat(image)).mode & 0o777) | 0o500)
  await flush(file)
  const next = path.join(path.dirname(image), nameOfNext(image, file))
  await rename(file, next)
  if (next !== image) await rm(image, { force: true })
  return next
}

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('base64')
}

/** A power cut after the rename must not leave a name without its contents. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
