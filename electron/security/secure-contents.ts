import { shell, type WebContents } from 'electron'
import type { Log } from '../log/log'
import { messageOf } from '../problem'
import { decideNavigation } from './navigation'

export function secureContents(contents: WebContents, origins: readonly string[], log: Log): void {
  // Its packets are no requests: neither webRequest nor the page's policy sees them.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  const decide = (url: string): boolean => {
    const decision = decideNavigation(url, origins)
    if (decision === 'open-outside') shell.openExternal(url).catch((error: unknown) => log.warn(`[window] ${url} was not opened: ${messageOf(error)}`))
    if (decision === 'stay') log.warn(`[window] navigation refused: ${url}`)
    return decision === 'allow'
  }
  contents.on('will-navigate', (event, url) => {
    if (!decide(url)) event.preventDefault()
  })
  contents.on('will-redirect', (event, url) => {
    if (!decide(url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  // Unheard, the first device in reach is given to the page.
  contents.on('select-bluetooth-device', (event, _devices, callback) => {
    event.preventDefault()
    callback('')
  })
  contents.setWindowOpenHandler(({ url }) => {
    decide(url)
    return { action: 'deny' }
  })
}
