import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Bytes of all files below a folder.
 * @param {string} folder
 * @returns {number}
 */
function bytesBelow(folder) {
  let total = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    total += entry.isDirectory() ? bytesBelow(path) : lstatSync(path).size
  }
  return total
}

/** @param {string} folder */
export function sizeInWords(folder) {
  return `${(bytesBelow(folder) / 1e9).toFixed(1)} GB`
}
