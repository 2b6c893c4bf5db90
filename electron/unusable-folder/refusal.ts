/** A folder that the app cannot do without: it says so where a person sees it, and ends. */
import { refuseToStart } from '../dataless-dialog'
import { exitCodes } from '../exit-codes'
import { prepareFolders, UnusableFolderError, type Paths } from '../paths'
import { chosenLanguage } from '../settings'
import { unusableDialog, unusableLine } from './words'

/** False: one cannot be used, which is said, and the app ends. */
export function prepareFoldersOrRefuse(paths: Paths): boolean {
  try {
    prepareFolders(paths)
    return true
  } catch (error) {
    if (!(error instanceof UnusableFolderError)) throw error
    const language = chosenLanguage(paths.settings)
    refuseToStart(unusableLine(error), { language, exitCode: exitCodes.usage, options: (shown) => unusableDialog(shown, error) })
    return false
  }
}
