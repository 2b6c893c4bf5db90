/** Where newer versions of this build lie: said when it was packaged, in a file beside the archive, and nowhere else. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../problem'

/** What electron-builder writes and electron-updater reads. */
export const addressFile = 'app-update.yml'

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** https, or http to this machine; without credentials. null: not to be used. `scripts/package/release-address.mjs` says the same when packaging. */
export function releaseAddress(text: string): URL | null {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  const { protocol, hostname, username, password, search, hash } = url
  const secure = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
  return secure && username === '' && password === '' && search === '' && hash === '' ? url : null
}

/** null: this build has none, or one that may not be used; `problem` then says why. */
export function readReleaseAddress(resourcesPath: string): { address: URL | null; problem: string | null } {
  let text: string
  try {
    text = readFileSync(path.join(resourcesPath, addressFile), 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { address: null, problem: missing ? null : `${addressFile} cannot be read: ${messageOf(error)}` }
  }
  // A flat list, one value a line: no parser is loaded for it at every start.
  const value = /^url: ['"]?(\S+?)['"]?\s*$/m.exec(text)?.[1]
  const address = value === undefined ? null : releaseAddress(value)
  return { address, problem: address === null ? `${addressFile} names no address that may be used.` : null }
}

/** Loopback is reached without a name server and without a proxy. */
export function isOnThisMachine({ hostname }: URL): boolean {
  return isLoopback(hostname)
}
