/** Takes out of a text what nobody else should read. Pure. */

export interface Secrecy {
  secrets: readonly string[]
  /** The home directory as the system names it and, when that is a link, where it really is. */
  homes: readonly string[]
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.split(secret).join('[secret]'), text)
}

/** A home as `~`, also as JSON writes it on Windows. `/home/ann` is no part of `/home/anna` or `/mnt/home/ann`. */
export function withoutHome(text: string, homes: readonly string[]): string {
  return homes
    .map((home) => home.replace(/[\\/]+$/, ''))
    .filter((home) => home !== '')
    .flatMap((home) => (home.includes('\\') ? [home.split('\\').join('\\\\'), home] : [home]))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, home) => rest.replace(new RegExp(`(?<![\\p{L}\\p{N}_.-])${literal(home)}(?![\\p{L}\\p{N}_.-])`, 'gu'), '~'), text)
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
