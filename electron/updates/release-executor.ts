/** electron-updater's requests over Electron's own network, in a session that nothing else uses. */
import { ElectronHttpExecutor } from 'electron-updater/out/electronHttpExecutor'
import { ConnectionError } from './connections'
import { loginOnce, type ProxyLogin } from './release-proxy'

export { getNetSession } from 'electron-updater/out/electronHttpExecutor'

export class ReleaseExecutor extends ElectronHttpExecutor {
  constructor(private readonly login: ProxyLogin | null) {
    super()
  }

  override createRequest(...request: Parameters<ElectronHttpExecutor['createRequest']>): Electron.ClientRequest {
    const created = super.createRequest(...request)
    // Said here, because what Chromium says of it then is only that there is no way through the proxy.
    const refused = (): void => void created.emit('error', new ConnectionError('PROXY_LOGIN', 'The proxy takes no login that it got'))
    return created.on('login', loginOnce(this.login, refused))
  }
}
