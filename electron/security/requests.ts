import { isOwn, originOf } from './origins'

const internal = new Set(['blob:', 'data:', 'devtools:'])

/** The window's session reaches its own page and the relay; everything else is cancelled before it leaves. */
export function decideRequest(url: string, origins: readonly string[], relayOrigin: string): boolean {
  if (isOwn(url, origins)) return true
  let protocol: string
  try {
    protocol = new URL(url).protocol
  } catch {
    return false
  }
  if (internal.has(protocol)) return true
  const origin = originOf(url)?.replace(/^ws:/, 'http:')
  return origin !== undefined && (origin === relayOrigin || origins.includes(origin))
}
