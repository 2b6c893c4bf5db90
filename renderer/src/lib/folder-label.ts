/** Last part of a path in either style, as a short name of a folder; the whole path when there is no such part. */
export function folderLabel(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '')
  return parts[parts.length - 1] ?? path
}

/** Folder of a file below its root, for reading: "Notes › 2024 › May". */
export function folderTrail(rootPath: string, folder: string): string {
  return [folderLabel(rootPath), ...folder.split('/')].filter((part) => part !== '').join(' › ')
}
