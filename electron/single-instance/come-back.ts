import { app } from 'electron'
import type { Log } from '../log/log'
import { messageOf } from '../problem'
import { startAnew } from '../start-again'
import type { AnotherStart } from './instance-lock'

/** For a start that came while the app was ending: it is started again once it has ended. */
export function comeBack({ args, workingDirectory }: AnotherStart, log: Log): void {
  try {
    // What the arguments name may be relative to it.
    process.chdir(workingDirectory)
    app.relaunch(startAnew({ args, program: process.execPath, environment: process.env }))
    log.info('Started again while it was ending: it comes back.')
  } catch (error) {
    log.error(`Started again while it was ending, and cannot come back: ${messageOf(error)}`)
  }
}
