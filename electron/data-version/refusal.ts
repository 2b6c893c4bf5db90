/** The app keeps its hands off data that a newer one has used: it says so and ends, and not one byte is changed. */
import { app } from 'electron'
import { askWithoutData } from '../dataless-dialog'
import { exitCodes } from '../exit-codes'
import type { Paths } from '../paths'
import { messageOf } from '../problem'
import { chosenLanguage } from '../settings'
import { refusalDialog, refusalLine, type NewerData } from './words'

export function refuseNewerData(paths: Paths, newer: NewerData): void {
  process.stderr.write(`contentcache: ${refusalLine(newer)}\n`)
  const exitCode = exitCodes.newerData
  askWithoutData({ language: chosenLanguage(paths.settings), exitCode, options: (language) => refusalDialog(language, newer) }).then(
    () => app.exit(exitCode),
    (error: unknown) => {
      process.stderr.write(`contentcache: ${messageOf(error)}\n`)
      app.exit(exitCode)
    },
  )
}
