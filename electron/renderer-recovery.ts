import type { BrowserWindow } from 'electron'
import type { Log } from './log/log'
import { messageOf } from './problem'

export type NextStep = 'reload' | 'quit'

export interface RecoveryOptions {
  /** For a window that dies again and again. */
  ask: () => Promise<NextStep>
  quit: () => void
  log: Log
}

const reloadsAllowed = 3
const period = 5 * 60_000

/** A window whose process died shows nothing for ever: it is loaded again, and when it dies again and again, a person is asked. */
export function recoverRenderer(window: BrowserWindow, { ask, quit, log }: RecoveryOptions): void {
  let reloads: number[] = []
  async function askWhatNext(): Promise<void> {
    const next = await ask()
    // It may have been closed meanwhile.
    if (window.isDestroyed()) return
    log.info(`[window] asked what next: ${next}`)
    reloads = []
    if (next === 'reload') window.webContents.reload()
    else quit()
  }
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.error(`[window] its process is gone: ${reason}`)
    if (reason === 'clean-exit') return
    const now = Date.now()
    reloads = [...reloads.filter((time) => now - time < period), now]
    if (reloads.length <= reloadsAllowed) window.webContents.reload()
    else askWhatNext().catch((error: unknown) => log.error(`[window] nobody could be asked what next: ${messageOf(error)}`))
  })
}
