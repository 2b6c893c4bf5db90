import { isOwn } from './origins'

const granted = new Set(['clipboard-sanitized-write', 'fullscreen'])

/** Denied unless named: no camera, microphone, place, notification or device. */
export function decidePermission(permission: string, url: string, origins: readonly string[]): boolean {
  return granted.has(permission) && isOwn(url, origins)
}
