/** What each file says and no other does: how it is found again, whatever its name has become. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Content of the same type for a text file; it has a word of its own. */
export function newContent(file: string, fault: number): string {
  const text = [`changed${fault}word`, `This was written by fault ${fault}.`, 'The harbour master counted the buoys again.']
  if (!file.endsWith('.html')) return `${text.join('\n\n')}\n`
  const body = text.map((part) => `<p>${part}</p>`).join('\n')
  return `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Changed</title></head><body>\n${body}\n</body></html>\n`
}

/** The word of a file; null for those that hold none. */
export function wordOf(file: string): string | null {
  const type = path.extname(file)
  if (['.txt', '.md', '.html', '.rtf'].includes(type)) return /\b(?:unique|changed)\d+word\b/.exec(readFileSync(file, 'utf8'))?.[0] ?? null
  // Packed: the number at the end of the name says which it was made with.
  const number = ['.pdf', '.docx', '.jpg'].includes(type) ? /(\d+)\.\w+$/.exec(file)?.[1] : undefined
  return number === undefined ? null : `unique${number.padStart(4, '0')}word`
}
