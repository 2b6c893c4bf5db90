/** What the system's own dialogs say about erasing everything. */
import type { MessageBoxOptions } from 'electron'
import type { Outcome } from './erase-everything'
import { sizeOf } from './words'

const texts = {
  en: {
    question: 'Erase everything that ContentCache keeps?',
    what: (data: string): string =>
      `${data}\n\nThe library with all that was found out about your files, thumbnails, settings, logs and downloaded models in this folder are deleted, former libraries that were kept aside too. This cannot be undone: only a backup of the library that you saved elsewhere brings it back.\n\nYour own files are not touched. ContentCache closes, erases, and says what became of it.`,
    modelsStay: (models: string): string => `The models in ${models} stay.`,
    erase: 'Erase Everything',
    cancel: 'Cancel',
    done: 'Everything that ContentCache kept is erased.',
    partly: 'Not everything could be erased.',
    refused: 'Nothing was erased.',
    inUse: (data: string): string => `ContentCache runs with the data folder ${data}. Quit it, and choose Erase Everything again.`,
    ending: (data: string, pids: string): string => `A process of ContentCache still works in ${data} (process ${pids}). Try again when it has ended.`,
    unchangeable: (place: string, reason: string): string => `${place} cannot be changed (${reason}).`,
    nothing: 'There was nothing to erase.',
    erased: (size: string, data: string): string => `Erased: ${size} in ${data}`,
    failed: 'Could not be erased:',
    again: 'Mend that, and choose Erase Everything again: it erases what is left.',
    stays: 'What stays:',
    own: 'your own files, and backups that you saved elsewhere',
    more: (count: number): string => `and ${count} more`,
    startAnew: 'Start Anew',
    quit: 'Quit',
  },
  de: {
    question: 'Alles löschen, was ContentCache aufbewahrt?',
    what: (data: string): string =>
      `${data}\n\nGelöscht werden die Bibliothek mit allem, was über Ihre Dateien ermittelt wurde, Vorschaubilder, Einstellungen, Protokolle und heruntergeladene Modelle in diesem Ordner, auch aufgehobene frühere Bibliotheken. Das lässt sich nicht rückgängig machen: Nur eine anderswo gespeicherte Sicherung bringt die Bibliothek zurück.\n\nIhre eigenen Dateien bleiben unberührt. ContentCache schließt sich, löscht und sagt, was daraus geworden ist.`,
    modelsStay: (models: string): string => `Die Modelle in ${models} bleiben.`,
    erase: 'Alles löschen',
    cancel: 'Abbrechen',
    done: 'Alles, was ContentCache aufbewahrt hat, ist gelöscht.',
    partly: 'Es konnte nicht alles gelöscht werden.',
    refused: 'Es wurde nichts gelöscht.',
    inUse: (data: string): string => `ContentCache läuft mit dem Datenordner ${data}. Beenden Sie es und wählen Sie noch einmal „Alles löschen“.`,
    ending: (data: string, pids: string): string => `Ein Prozess von ContentCache arbeitet noch in ${data} (Prozess ${pids}). Versuchen Sie es noch einmal, wenn er beendet ist.`,
    unchangeable: (place: string, reason: string): string => `${place} lässt sich nicht ändern (${reason}).`,
    nothing: 'Es war nichts zu löschen.',
    erased: (size: string, data: string): string => `Gelöscht: ${size} in ${data}`,
    failed: 'Nicht gelöscht werden konnten:',
    again: 'Beheben Sie das und wählen Sie noch einmal „Alles löschen“: Dann wird der Rest gelöscht.',
    stays: 'Was bleibt:',
    own: 'Ihre eigenen Dateien und anderswo gespeicherte Sicherungen',
    more: (count: number): string => `und ${count} weitere`,
    startAnew: 'Neu beginnen',
    quit: 'Beenden',
  },
}

/** Lines of a list that a dialog has room for. */
const listed = 8

const textsOf = (language: string): typeof texts.en => (language.startsWith('de') ? texts.de : texts.en)

/** Index of the button that erases; Enter and Escape are Cancel. */
export const eraseButton = 0

export function eraseQuestion(language: string, data: string, modelsElsewhere: string | null): MessageBoxOptions {
  const text = textsOf(language)
  const detail = [text.what(data), ...(modelsElsewhere === null ? [] : [text.modelsStay(modelsElsewhere)])].join('\n\n')
  return { type: 'warning', message: text.question, detail, buttons: [text.erase, text.cancel], defaultId: 1, cancelId: 1, noLink: true }
}

/** Index of the button that starts the app again; Escape is Quit. */
export const startAnewButton = 0

export function eraseReport(language: string, data: string, outcome: Outcome): MessageBoxOptions {
  const text = textsOf(language)
  const [message, detail] = describe(text, data, outcome)
  const good = outcome.kind === 'nothing' || (outcome.kind === 'erased' && outcome.failed.length === 0)
  return { type: good ? 'info' : 'warning', message, detail, buttons: [text.startAnew, text.quit], defaultId: startAnewButton, cancelId: 1, noLink: true }
}

function describe(text: typeof texts.en, data: string, outcome: Outcome): [message: string, detail: string] {
  const some = (list: readonly string[]): string[] => [...list.slice(0, listed), ...(list.length > listed ? [text.more(list.length - listed)] : [])]
  switch (outcome.kind) {
    case 'erased': {
      const { failed, stays, bytes } = outcome
      const trouble = failed.length === 0 ? [] : ['', text.failed, ...some(failed.map(({ path, reason }) => `${path} (${reason})`)), text.again]
      const left = [...stays.foreign, ...stays.linked, stays.modelsElsewhere, stays.dataFolder].filter((place) => place !== null)
      return [failed.length === 0 ? text.done : text.partly, [text.erased(sizeOf(bytes), data), ...trouble, '', text.stays, ...some(left), text.own].join('\n')]
    }
    case 'nothing':
      return [text.nothing, data]
    case 'declined':
      return [text.refused, data]
    case 'in-use':
      return [text.refused, text.inUse(data)]
    case 'ending':
      return [text.refused, text.ending(data, outcome.pids.join(', '))]
    case 'unchangeable':
      return [text.refused, text.unchangeable(outcome.failure.path, outcome.failure.reason)]
  }
}
