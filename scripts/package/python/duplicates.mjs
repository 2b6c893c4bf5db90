import { lstatSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { digestOfFile, filesBelow } from '../lib/files.mjs'

const SMALLEST = 64 * 1024

/**
 * Wheels that bring the same library each get a link to the first one of them. Only where links are kept: not on Windows.
 * @param {string} site
 * @returns {string[]} what was replaced
 */
export function linkDuplicates(site) {
  /** @type {Map<string, string>} */
  const firsts = new Map()
  return filesBelow(site).filter((file) => {
    const path = join(site, file)
    const stats = lstatSync(path)
    if (!/\.so(\.|$)/.test(file) || !stats.isFile() || stats.size < SMALLEST) return false
    const digest = digestOfFile(path)
    const first = firsts.get(digest)
    if (first === undefined) {
      firsts.set(digest, path)
      return false
    }
    rmSync(path)
    symlinkSync(relative(dirname(path), first), path)
    return true
  })
}
