import { readable } from './readable'

/** What the window does with a file: Chrome plays and shows some formats, the others open in their own program. */
const shownImages: ReadonlySet<string> = new Set(['jpg', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'svg', 'avif', 'ico'])
const neverPlayed: ReadonlySet<string> = new Set(['wma', 'wmv', 'flv', 'avi'])

const bare = (extension: string): string => extension.replace(/^\./, '').toLowerCase()

export function canShowImage(extension: string): boolean {
  return shownImages.has(bare(extension))
}

/** False only for containers that no Chrome has a demuxer for; the rest is tried, and its media error decides. */
export function mayPlay(extension: string): boolean {
  return !neverPlayed.has(bare(extension))
}

/** The type as it is safe to read: it comes out of the name of the file. */
export function typeName(extension: string): string {
  return readable(bare(extension).toUpperCase())
}
