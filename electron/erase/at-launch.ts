/** The app was started to erase everything. Done before Electron is ready: nothing of the data folder has been opened, and no screen is needed. */
import { closeSync, openSync, readSync } from 'node:fs'
import { app } from 'electron'
import { askWithoutData } from '../dataless-dialog'
import { exitCodes, type ExitCode } from '../exit-codes'
import type { EraseOptions } from '../launch-options'
import type { Paths } from '../paths'
import { messageOf } from '../problem'
import { chosenLanguage } from '../settings'
import { acquireInstanceLock } from '../single-instance/instance-lock'
import { startAnew } from '../start-again'
import { eraseEverything, type Outcome } from './erase-everything'
import type { Found } from './look'
import type { Places } from './places'
import { eraseReport, startAnewButton } from './questions'
import { announcement, declinedWords, needsYes, nothingWords, question, refusalWords, report } from './words'

export interface EraseAtLaunch {
  paths: Paths
  places: Places
  options: EraseOptions
}

export function eraseAtLaunch({ paths, places, options }: EraseAtLaunch): void {
  const { data } = paths
  if (!options.confirmed && !process.stdin.isTTY) {
    process.stderr.write(`contentcache: ${needsYes}\n`)
    app.exit(exitCodes.usage)
    return
  }
  const language = chosenLanguage(paths.settings)
  const confirm = (found: Found): boolean => {
    process.stdout.write(announcement(data, found, places.modelsElsewhere))
    return options.confirmed || isYes()
  }
  const lock = {
    acquire: () => acquireInstanceLock(paths.profile, null),
    release: () => app.releaseSingleInstanceLock(),
  }
  const outcome = eraseEverything({ paths, places, lock, confirm })
  const exitCode = tell(data, outcome)
  if (!options.inDialog) {
    app.exit(exitCode)
    return
  }
  askWithoutData({ language, exitCode, options: (shown) => eraseReport(shown, data, outcome) }).then(
    (button) => {
      if (button === startAnewButton) app.relaunch(startAnew({ args: process.argv.slice(1), program: process.execPath, environment: process.env }))
      app.exit(exitCode)
    },
    (error: unknown) => {
      process.stderr.write(`contentcache: ${messageOf(error)}\n`)
      app.exit(exitCodes.failed)
    },
  )
}

function tell(data: string, outcome: Outcome): ExitCode {
  switch (outcome.kind) {
    case 'erased':
      process.stdout.write(report(data, outcome))
      return outcome.failed.length === 0 ? exitCodes.done : exitCodes.failed
    case 'nothing':
      process.stdout.write(nothingWords(data))
      return exitCodes.done
    case 'declined':
      process.stdout.write(declinedWords)
      return exitCodes.declined
    default:
      process.stderr.write(`contentcache: ${refusalWords(data, outcome)}\n`)
      return outcome.kind === 'unchangeable' ? exitCodes.failed : exitCodes.inUse
  }
}

/** Asked at the terminal itself: stdin may be one that does not wait. */
function isYes(): boolean {
  process.stdout.write(question)
  const terminal = process.platform === 'win32' ? 0 : openSync('/dev/tty', 'r')
  try {
    const answer = Buffer.alloc(256)
    return /^y(es)?$/i.test(answer.toString('utf8', 0, readSync(terminal, answer, 0, answer.length, null)).trim())
  } finally {
    if (terminal !== 0) closeSync(terminal)
  }
}
