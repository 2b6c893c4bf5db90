import path from 'node:path'
import { originOf, appOrigin } from './origins'

const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

export interface AppFile {
  path: string
  mediaType: string
}

/** The file of the built window that an app:// address names, or null: nothing outside `root`, no type that it does not hold. */
export function resolveAppFile(url: string, root: string): AppFile | null {
  if (originOf(url) !== appOrigin) return null
  let name: string
  try {
    name = decodeURIComponent(new URL(url).pathname)
  } catch {
    return null
  }
  if (/[\0\\]/.test(name) || name.split('/').includes('..')) return null
  const file = path.join(root, path.normalize(name === '/' ? '/index.html' : name))
  const mediaType = mediaTypes[path.extname(file).toLowerCase()]
  if (mediaType === undefined || !file.startsWith(root + path.sep)) return null
  return { path: file, mediaType }
}
