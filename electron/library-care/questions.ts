/** What the system's own dialogs say about backup and restore. */
import type { MessageBoxOptions } from 'electron'

const texts = {
  en: {
    message: 'Replace your library with this backup?',
    detail: (file: string, dataDirectory: string): string =>
      `${file}\n\nYour present library is not deleted: it is kept aside in ${dataDirectory}, and you are told its name. Your own files are not touched. Searching and indexing pause meanwhile.`,
    restore: 'Restore',
    cancel: 'Cancel',
  },
  de: {
    message: 'Bibliothek durch diese Sicherung ersetzen?',
    detail: (file: string, dataDirectory: string): string =>
      `${file}\n\nIhre jetzige Bibliothek wird nicht gelöscht: Sie bleibt in ${dataDirectory} aufgehoben, und ihr Name wird Ihnen genannt. Ihre eigenen Dateien bleiben unberührt. Suche und Verarbeitung ruhen so lange.`,
    restore: 'Wiederherstellen',
    cancel: 'Abbrechen',
  },
}

/** Index of the button that restores; Enter and Escape are Cancel. */
export const restoreButton = 0

export function restoreQuestion(language: string, file: string, dataDirectory: string): MessageBoxOptions {
  const text = language.startsWith('de') ? texts.de : texts.en
  return {
    type: 'warning',
    message: text.message,
    detail: text.detail(file, dataDirectory),
    buttons: [text.restore, text.cancel],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
}

/** `contentcache-library-2026-11-25.db`, the day as this person's clock shows it. */
export function backupName(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'))
  return `contentcache-library-${parts.join('-')}.db`
}
