/** The session of updates reaches the release address and nothing else: a release that leads elsewhere, or down to plain http, is cancelled before it leaves. */
export function decideReleaseRequest(url: string, address: URL, isOffline: boolean): boolean {
  if (isOffline) return false
  try {
    return new URL(url).origin === address.origin
  } catch {
    return false
  }
}
