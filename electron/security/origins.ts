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

/** `new URL(url).origin` is "null" for schemes that Node does not know. */
export function originOf(url: string): string | null {
  try {
    const { protocol, host, origin } = new URL(url)
    if (protocol === `${appScheme}:`) return `${protocol}//${host}`
    return origin === 'null' ? null : origin
  } catch {
    return null
  }
}

export function isOwn(url: string, origins: readonly string[]): boolean {
  const origin = originOf(url)
  return origin !== null && origins.includes(origin)
}
