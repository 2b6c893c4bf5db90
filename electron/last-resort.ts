import { app, dialog } from 'electron'
import type { Log } from './log/log'

const timeToRead = 30_000

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/**
 * An exception that nobody caught can leave Electron running without a window: it is logged, shown, and the app ends. The
 * sidecars see the end of their stdin and stop by themselves.
 */
export function installLastResort(log: Log): void {
  // A terminal that was closed must not end the app that it started.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  let ending = false
  process.on('uncaughtException', (error) => {
    log.error(`Uncaught exception: ${describe(error)}`)
    if (ending) return
    ending = true
    setTimeout(() => app.exit(1), app.isReady() ? timeToRead : 0)
    if (!app.isReady()) return
    dialog
      .showMessageBox({ type: 'error', message: 'ContentCache has to close because of an error in the app.', detail: describe(error) })
      .then(() => app.exit(1), () => app.exit(1))
  })
  process.on('unhandledRejection', (reason) => log.error(`Unhandled rejection: ${describe(reason)}`))
}
