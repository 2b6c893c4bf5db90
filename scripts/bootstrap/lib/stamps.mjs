import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { CACHE, ROOT } from './paths.mjs'

const STAMPS = join(CACHE, 'stamps')
const IGNORED = new Set(['node_modules', '__pycache__'])

/**
 * Digest of what a step depends on: texts as they are, and the content of files and folders.
 * @param {{ texts?: string[], paths?: string[] }} inputs paths below the checkout; one that is not there counts as absent
 */
export function digestOf({ texts = [], paths = [] }) {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`text ${text}\0`)
  for (const path of paths) {
    for (const file of filesBelow(join(ROOT, path))) {
      hash.update(`file ${relative(ROOT, file)}\0`)
      hash.update(readFileSync(file))
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return []
  if (stats.isFile()) return [path]
  const names = readdirSync(path).filter((name) => !IGNORED.has(name)).sort()
  return names.flatMap((name) => filesBelow(join(path, name)))
}

/** @param {string} id */
export function readStamp(id) {
  try {
    return readFileSync(join(STAMPS, id), 'utf8')
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * @param {string} id
 * @param {string} digest
 */
export function writeStamp(id, digest) {
  mkdirSync(STAMPS, { recursive: true })
  const partial = join(STAMPS, `${id}.partial`)
  writeFileSync(partial, digest)
  renameSync(partial, join(STAMPS, id))
}

/** @param {string} id */
export function removeStamp(id) {
  rmSync(join(STAMPS, id), { force: true })
}
