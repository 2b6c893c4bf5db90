/** What of some folders is the app's own, by name, and what is not. Nothing is changed, and no link is followed but one that is the folder itself. */
import { lstatSync, readdirSync, readlinkSync, type Dirent } from 'node:fs'
import path from 'node:path'
import type { OwnName } from './own-names'

/** A folder, and the names in it that are ours. */
export interface Place {
  folder: string
  names: readonly OwnName[]
}

export interface OwnEntry {
  path: string
  /** With everything below it. */
  bytes: number
}

export interface Failure {
  path: string
  /** `EACCES` and the like. */
  reason: string
}

export interface Found {
  /** In the order in which they are to be erased. */
  entries: OwnEntry[]
  /** Folders that go when nothing is left in them, the deepest first. */
  folders: string[]
  /** What somebody else has put there. */
  foreign: string[]
  /** Links among the entries lead to these: they stay. */
  linked: string[]
  unreadable: Failure[]
}

export function lookAt(places: readonly Place[]): Found {
  const found: Found = { entries: [], folders: [], foreign: [], linked: [], unreadable: [] }
  for (const place of places) walk(place, found)
  // A folder's path is longer than that of whatever it is in.
  found.folders.sort((one, other) => other.length - one.length)
  // A models folder of another name, or what it is in, is no stranger.
  found.foreign = found.foreign.filter((stranger) => !places.some(({ folder }) => `${folder}${path.sep}`.startsWith(`${stranger}${path.sep}`)))
  return found
}

export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}

function walk({ folder, names }: Place, found: Found): void {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const reason = reasonOf(error)
    if (reason !== 'ENOENT') found.unreadable.push({ path: folder, reason })
    return
  }
  const own = names.map((name) => ({ name, members: entries.filter((entry) => isOwn(name, entry)) }))
  for (const { name, members } of own) for (const entry of members) take(path.join(folder, entry.name), name, entry, found)
  const taken = new Set(own.flatMap(({ members }) => members))
  found.foreign.push(...entries.filter((entry) => !taken.has(entry)).map((entry) => path.join(folder, entry.name)))
  found.folders.push(folder)
}

function isOwn({ kind, name }: OwnName, entry: Dirent): boolean {
  if (!name.test(entry.name)) return false
  // The link is ours, whatever it leads to.
  if (kind === 'tree' || kind === 'lock' || entry.isSymbolicLink()) return true
  return (kind === 'folder') === entry.isDirectory()
}

function take(place: string, { kind, below }: OwnName, entry: Dirent, found: Found): void {
  if (kind === 'lock') return
  if (entry.isSymbolicLink()) {
    found.linked.push(path.resolve(path.dirname(place), readlinkSync(place)))
    found.entries.push({ path: place, bytes: 0 })
  } else if (kind === 'folder') {
    walk({ folder: place, names: below ?? [] }, found)
  } else {
    found.entries.push({ path: place, bytes: bytesOf(place) })
  }
}

/** What cannot be looked at counts as nothing: whoever removes it says so. */
function bytesOf(place: string): number {
  try {
    const status = lstatSync(place)
    if (!status.isDirectory()) return status.isFile() ? status.size : 0
    return readdirSync(place).reduce((sum, name) => sum + bytesOf(path.join(place, name)), 0)
  } catch {
    return 0
  }
}
