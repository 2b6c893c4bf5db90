/** Where our own window comes from. */

export const appScheme = 'app'
export const appOrigin = 'app://contentcache'
export const appUrl = `${appOrigin}/index.html`

/** The origin of the development server; never in an installed app, whatever its environment says. */
export function developmentOrigin(environment: NodeJS.ProcessEnv, isPackaged: boolean): string | null {
  const url = environment['ELECTRON_RENDERER_URL']
  if (isPackaged || url === undefined) return null
  const { origin, hostname } = new URL(url)
  if (hostname !== 'localhost' && hostname !== '127.0.0.1') throw new Error(`The development server must be on this machine, not at ${url}`)
  return origin
}

const withOrigin = new Set(['http:', 'https:', 'ws:', 'wss:'])

/** null for whatever has none that is its own: a blob: address says the origin of the page that made it. */
export function originOf(url: string): string | null {
  try {
    const { protocol, host, origin } = new URL(url)
    // Node does not know the scheme and says "null".
    if (protocol === `${appScheme}:`) return `${protocol}//${host}`
    return withOrigin.has(protocol) ? origin : null
  } catch {
    return null
  }
}

export function isOwn(url: string, origins: readonly string[]): boolean {
  const origin = originOf(url)
  return origin !== null && origins.includes(origin)
}
