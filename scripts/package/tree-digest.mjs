import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { digestOfFile, filesBelow } from './lib/files.mjs'

/**
 * Every file below a folder with what is in it: digest, or where a link leads, and whether it may be run. No time stamps.
 * @param {string} folder
 * @returns {Map<string, string>}
 */
export function treeDigest(folder) {
  return new Map(
    filesBelow(folder).map((file) => {
      const path = join(folder, file)
      const stats = lstatSync(path)
      if (stats.isSymbolicLink()) return [file, `-> ${readlinkSync(path)}`]
      return [file, `${stats.mode & 0o111 ? 'x' : '-'} ${digestOfFile(path)}`]
    }),
  )
}

/**
 * @param {Map<string, string>} one
 * @param {Map<string, string>} other
 * @returns {string[]} a line for each file that differs or is in one of them only
 */
export function differences(one, other) {
  const names = [...new Set([...one.keys(), ...other.keys()])].sort()
  return names.flatMap((name) => {
    const [left, right] = [one.get(name), other.get(name)]
    if (left === right) return []
    if (left === undefined) return [`only the second time: ${name}`]
    if (right === undefined) return [`only the first time: ${name}`]
    return [`not the same bytes: ${name}`]
  })
}
