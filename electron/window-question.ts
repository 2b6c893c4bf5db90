/** What the system's own dialog says of a window that dies again and again. */
import type { MessageBoxOptions } from 'electron'

const texts = {
  en: {
    message: 'The window keeps closing because of an error.',
    detail: 'Your library is not affected, and indexing goes on. If reloading does not help, quit ContentCache and start it again.',
    reload: 'Reload',
    quit: 'Quit',
  },
  de: {
    message: 'Das Fenster stürzt immer wieder ab.',
    detail: 'Ihre Bibliothek ist nicht betroffen, und das Indizieren läuft weiter. Wenn Neuladen nicht hilft, beenden Sie ContentCache und starten Sie es neu.',
    reload: 'Neu laden',
    quit: 'Beenden',
  },
}

/** Index of the button that loads it again; Enter and Escape are the same. */
export const reloadButton = 0

export function windowQuestion(language: string): MessageBoxOptions {
  const text = language.startsWith('de') ? texts.de : texts.en
  return { type: 'error', message: text.message, detail: text.detail, buttons: [text.reload, text.quit], defaultId: reloadButton, cancelId: reloadButton, noLink: true }
}
