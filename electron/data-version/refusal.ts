/** The app keeps its hands off data that a newer one has used: it says so and ends, and not one byte is changed. */
import { refuseToStart } from '../dataless-dialog'
import { exitCodes } from '../exit-codes'
import type { Paths } from '../paths'
import { chosenLanguage } from '../settings'
import { refusalDialog, refusalLine, type NewerData } from './words'

export function refuseNewerData(paths: Paths, newer: NewerData): void {
  const language = chosenLanguage(paths.settings)
  refuseToStart(refusalLine(newer), { language, exitCode: exitCodes.newerData, options: (shown) => refusalDialog(shown, newer) })
}
