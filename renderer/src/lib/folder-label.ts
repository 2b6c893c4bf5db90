import { readable } from './readable'

/** Last part of a path in either style, as a short name of a folder, safe to read; the whole path when there is no such part. */
export function folderLabel(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '')
  return readable(parts[parts.length - 1] ?? path)
}

/** The folder that was added and those below it that lead to a file, safe to read. */
export function trailParts(rootPath: string, folder: string): string[] {
  return [folderLabel(rootPath), ...folder.split('/').map(readable)].filter((part) => part !== '')
}

/** Folder of a file below its root, for reading: "Notes › 2024 › May". */
export function folderTrail(rootPath: string, folder: string): string {
  return trailParts(rootPath, folder).join(' › ')
}
