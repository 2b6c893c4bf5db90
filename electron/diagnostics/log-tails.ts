import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { LogTail } from './report'

/** Bytes from the end of a file in which the wanted lines are looked for. */
const lookedAt = 64 * 1024
const rotated = '.old.log'
const suffix = '.log'

/** The last lines of each log of a folder, over its rotation. */
export async function logTails(folder: string, count: number): Promise<LogTail[]> {
  const files = await readdir(folder)
  const names = new Set(files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -(file.endsWith(rotated) ? rotated : suffix).length)))
  return Promise.all(
    [...names].sort().map(async (name) => {
      const parts = await Promise.all([`${name}${rotated}`, `${name}${suffix}`].filter((file) => files.includes(file)).map((file) => lastLines(path.join(folder, file))))
      return { name: `${name}${suffix}`, lines: parts.flat().slice(-count) }
    }),
  )
}

async function lastLines(file: string): Promise<string[]> {
  try {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      const start = Math.max(size - lookedAt, 0)
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
      const lines = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/)
      // The first one may be the end of a line: what is secret in it would not be recognised.
      return (start === 0 ? lines : lines.slice(1)).filter((line) => line !== '')
    } finally {
      await handle.close()
    }
  } catch (error) {
    return [`(not read: ${(error as NodeJS.ErrnoException).code ?? String(error)})`]
  }
}
