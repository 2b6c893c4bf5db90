/** What is said of data that a newer version has used. */
import type { MessageBoxOptions } from 'electron'

export interface NewerData {
  data: string
  lastUsed: string
  version: string
}

const texts = {
  en: {
    message: (lastUsed: string): string => `This data was used by ContentCache ${lastUsed}, which is newer than this app.`,
    detail: ({ data, lastUsed, version }: NewerData): string =>
      `${data}\n\nThis is ContentCache ${version}. It might not understand what the newer one wrote, so nothing was changed.\n\nInstall ContentCache ${lastUsed} or newer. Or start this one with another data folder: contentcache --data-dir FOLDER`,
    quit: 'Quit',
  },
  de: {
    message: (lastUsed: string): string => `Diese Daten hat ContentCache ${lastUsed} benutzt, eine neuere Version als diese.`,
    detail: ({ data, lastUsed, version }: NewerData): string =>
      `${data}\n\nDies ist ContentCache ${version}. Was die neuere Version geschrieben hat, versteht sie womöglich nicht; deshalb wurde nichts verändert.\n\nInstallieren Sie ContentCache ${lastUsed} oder neuer. Oder starten Sie diese Version mit einem anderen Datenordner: contentcache --data-dir ORDNER`,
    quit: 'Beenden',
  },
}

export function refusalDialog(language: string, newer: NewerData): MessageBoxOptions {
  const text = language.startsWith('de') ? texts.de : texts.en
  return { type: 'error', message: text.message(newer.lastUsed), detail: text.detail(newer), buttons: [text.quit], defaultId: 0, cancelId: 0, noLink: true }
}

export function refusalLine({ data, lastUsed, version }: NewerData): string {
  return `ContentCache ${lastUsed} used the data in ${data} last; this is ${version}, which is older. Nothing was changed. Install ${lastUsed} or newer, or start with another folder: --data-dir FOLDER`
}
