import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Every file and folder, with what is in it and when it was changed. */
export function everyByte(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const status = lstatSync(path.join(folder, name))
      const content = status.isFile() ? createHash('sha256').update(readFileSync(path.join(folder, name))).digest('hex') : ''
      return `${name} ${status.mtimeMs} ${status.size} ${content}`
    })
}
