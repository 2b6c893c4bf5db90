import type { Session } from 'electron'
import { decidePermission } from './permissions'
import { deadEnd } from './proxy'
import { decideRequest } from './requests'

export interface RelayAccess {
  origin: string
  token: string
}

/** Wires the pure decisions of this folder to the window's session, and adds the relay's token to the window's own requests. */
export async function secureSession(session: Session, relay: RelayAccess, origins: readonly string[]): Promise<void> {
  const relaySocket = relay.origin.replace(/^http:/, 'ws:')
  session.setPermissionRequestHandler((contents, permission, callback, { isMainFrame }) => {
    callback(isMainFrame && decidePermission(permission, contents.getURL(), origins))
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => decidePermission(permission, requestingOrigin, origins))
  session.setDevicePermissionHandler(() => false)
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }))
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !decideRequest(details.url, origins, relay.origin) })
  })
  session.webRequest.onBeforeSendHeaders({ urls: [`${relay.origin}/*`, `${relaySocket}/*`] }, (details, callback) => {
    callback({ requestHeaders: { ...details.requestHeaders, Authorization: `Bearer ${relay.token}` } })
  })
  await session.setProxy(deadEnd(relay.origin, origins))
}
