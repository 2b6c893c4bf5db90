import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { digestOfFile } from './lib/files.mjs'

/**
 * Write `SHA256SUMS-<platform>` beside the files, as `sha256sum --check` reads it on every system.
 * @param {string} out
 * @param {import('./options.mjs').System} platform
 * @param {string[]} files
 * @returns {string} its path
 */
export function writeChecksums(out, platform, files) {
  const file = join(out, `SHA256SUMS-${platform}`)
  const byName = [...files].sort((one, other) => (basename(one) < basename(other) ? -1 : 1))
  writeFileSync(file, byName.map((each) => `${digestOfFile(each)}  ${basename(each)}\n`).join(''))
  return file
}
