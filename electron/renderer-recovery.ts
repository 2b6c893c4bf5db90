import type { BrowserWindow } from 'electron'
import type { Log } from './log/log'

const reloadsAllowed = 3
const period = 5 * 60_000

/** A window whose process died shows nothing for ever: it is loaded again, unless it dies again and again. */
export function recoverRenderer(window: BrowserWindow, log: Log): void {
  let reloads: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.error(`[window] its process is gone: ${reason}`)
    if (reason === 'clean-exit') return
    const now = Date.now()
    reloads = [...reloads.filter((time) => now - time < period), now]
    if (reloads.length <= reloadsAllowed) window.webContents.reload()
  })
}
