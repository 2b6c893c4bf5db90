/** What is said of a folder that cannot be used. */
import type { MessageBoxOptions } from 'electron'
import type { UnusableFolderError } from '../paths'

type Unusable = Pick<UnusableFolderError, 'folder' | 'reason'>

interface Texts {
  message: string
  reasons: Readonly<Record<string, string>>
  otherReason: (code: string) => string
  next: string
  quit: string
}

const english: Texts = {
  message: 'ContentCache cannot use a folder that it needs.',
  reasons: {
    EACCES: 'You may not write there.',
    EPERM: 'You may not write there.',
    EROFS: 'That disk can only be read.',
    ENOSPC: 'That disk is full.',
    ENOTDIR: 'A file is in its place.',
  },
  otherReason: (code) => `The system says: ${code}.`,
  next: 'Change that and start again, or name other folders:\ncontentcache --data-dir FOLDER --models-dir FOLDER',
  quit: 'Quit',
}

const german: Texts = {
  message: 'ContentCache kann einen Ordner nicht benutzen, den es braucht.',
  reasons: {
    EACCES: 'Sie dürfen dort nicht schreiben.',
    EPERM: 'Sie dürfen dort nicht schreiben.',
    EROFS: 'Dieser Datenträger kann nur gelesen werden.',
    ENOSPC: 'Dieser Datenträger ist voll.',
    ENOTDIR: 'An seiner Stelle liegt eine Datei.',
  },
  otherReason: (code) => `Das System sagt: ${code}.`,
  next: 'Ändern Sie das und starten Sie neu, oder nennen Sie andere Ordner:\ncontentcache --data-dir ORDNER --models-dir ORDNER',
  quit: 'Beenden',
}

function reasonIn({ reasons, otherReason }: Texts, code: string): string {
  return reasons[code] ?? otherReason(code)
}

export function unusableDialog(language: string, { folder, reason }: Unusable): MessageBoxOptions {
  const text = language.startsWith('de') ? german : english
  return { type: 'error', message: text.message, detail: `${folder}\n\n${reasonIn(text, reason)}\n\n${text.next}`, buttons: [text.quit], defaultId: 0, cancelId: 0, noLink: true }
}

export function unusableLine({ folder, reason }: Unusable): string {
  return `The folder ${folder} cannot be used (${reason}). ${reasonIn(english, reason)} Choose another with --data-dir or --models-dir.`
}
