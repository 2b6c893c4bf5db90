/** Erasing what was found: one failure keeps nothing else from being erased, and only what is gone is called so. */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { reasonOf, type Failure, type OwnEntry } from './look'

export interface Removed {
  /** Gone whole. */
  erased: OwnEntry[]
  failed: Failure[]
}

export function removeEntries(entries: readonly OwnEntry[]): Removed {
  const removed: Removed = { erased: [], failed: [] }
  for (const entry of entries) {
    const failures = removeTree(entry.path)
    if (failures.length === 0) removed.erased.push(entry)
    else removed.failed.push(...failures)
  }
  return removed
}

/** Those of `folders`, the deepest first, that are empty; the others stay. */
export function removeEmpty(folders: readonly string[]): Failure[] {
  return folders.flatMap((folder) => {
    try {
      if (readdirSync(folder).length === 0 && lstatSync(folder).isDirectory()) rmdirSync(folder)
      return []
    } catch (error) {
      // Gone, or filled by somebody at this moment: then it is not ours to remove.
      return ['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(reasonOf(error)) ? [] : [{ path: folder, reason: reasonOf(error) }]
    }
  })
}

/** A link is removed, never what it leads to. */
function removeTree(place: string): Failure[] {
  try {
    if (!lstatSync(place).isDirectory()) {
      unlinkSync(place)
      return []
    }
    const failures = readdirSync(place).flatMap((name) => removeTree(path.join(place, name)))
    if (failures.length === 0) rmdirSync(place)
    return failures
  } catch (error) {
    return reasonOf(error) === 'ENOENT' ? [] : [{ path: place, reason: reasonOf(error) }]
  }
}
