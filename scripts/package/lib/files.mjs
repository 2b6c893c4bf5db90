import { createHash } from 'node:crypto'
import { chmodSync, closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

const CHUNK = 1 << 20

/**
 * Files and links below a folder, relative, with `/`, in the order of their names.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesBelow(folder) {
  /** @type {string[]} */
  const found = []
  const visit = (/** @type {string} */ relative) => {
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (entry.isDirectory()) visit(path)
      else found.push(path)
    }
  }
  visit('')
  return found.sort()
}

/**
 * SHA-256 of a file of any size.
 * @param {string} path
 */
export function digestOfFile(path) {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(CHUNK)
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const read = readSync(file, buffer)
      if (read === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, read))
    }
  } finally {
    closeSync(file)
  }
}

/**
 * The first bytes of a file, fewer when it is shorter.
 * @param {string} path
 * @param {number} count
 */
export function headOf(path, count) {
  const buffer = Buffer.alloc(count)
  const file = openSync(path, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer))
  } finally {
    closeSync(file)
  }
}

/**
 * Let everybody read what is below a folder, and run what its owner may run: whoever packages may have a private umask, and
 * whoever runs the app is another user.
 * @param {string} folder
 */
export function readableByAll(folder) {
  allowAll(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) allowAll(join(entry.parentPath, entry.name))
  }
}

/** @param {string} path */
function allowAll(path) {
  const { mode } = lstatSync(path)
  chmodSync(path, mode | (mode & 0o100 ? 0o555 : 0o444))
}
