/** A folder that the app cannot do without: it says so where a person sees it, and ends. */
import { app } from 'electron'
import { askWithoutData } from '../dataless-dialog'
import { exitCodes } from '../exit-codes'
import type { Paths, UnusableFolderError } from '../paths'
import { messageOf } from '../problem'
import { chosenLanguage } from '../settings'
import { unusableDialog, unusableLine } from './words'

export function refuseUnusableFolder(paths: Paths, error: UnusableFolderError): void {
  process.stderr.write(`contentcache: ${unusableLine(error)}\n`)
  const exitCode = exitCodes.usage
  askWithoutData({ language: chosenLanguage(paths.settings), exitCode, options: (language) => unusableDialog(language, error) }).then(
    () => app.exit(exitCode),
    (unasked: unknown) => {
      process.stderr.write(`contentcache: ${messageOf(unasked)}\n`)
      app.exit(exitCode)
    },
  )
}
