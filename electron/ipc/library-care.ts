import type { LibraryCareEnded } from '../contract/generated/events'
import type { LibraryCare } from '../library-care/library-care'
import { problem, ProblemError } from '../problem'
import type { Handlers } from './answer'

export type CareChannel = 'library:choose-backup' | 'library:cancel-backup' | 'library:choose-restore'

export interface CareDialogs {
  /** null: closed. */
  askForBackup(): Promise<string | null>
  askForRestore(): Promise<string | null>
  /** Whether the library may be replaced by this file. */
  confirmRestore(file: string): Promise<boolean>
}

const notDone = problem('library-care-failed', 'That could not be done with the library.', { nextStep: 'Try again.' })

function resultOf(ended: LibraryCareEnded): LibraryCareEnded | null {
  if (ended.outcome === 'failed') throw new ProblemError(ended.problem ?? notDone)
  return ended.outcome === 'cancelled' ? null : ended
}

export function careHandlers(care: LibraryCare, dialogs: CareDialogs): Pick<Handlers, CareChannel> {
  return {
    'library:choose-backup': async () => {
      care.assertIdle()
      const file = await dialogs.askForBackup()
      return file === null ? null : resultOf(await care.backup(file))
    },
    'library:cancel-backup': () => {
      care.cancelBackup()
      return null
    },
    'library:choose-restore': async () => {
      care.assertIdle()
      const file = await dialogs.askForRestore()
      if (file === null || !(await dialogs.confirmRestore(file))) return null
      return resultOf(await care.restore(file))
    },
  }
}
