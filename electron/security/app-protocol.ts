import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { serveScheme, type StaticAnswer } from '../electron-compat'
import { resolveAppFile } from './app-files'
import { appScheme } from './origins'

/** Must run before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
}

const notFound: StaticAnswer = { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from('Not found') }

export function serveApp(root: string, policy: string): void {
  serveScheme(appScheme, async (url) => {
    const file = resolveAppFile(url, root)
    if (file === null) return notFound
    try {
      const body = await readFile(file.path)
      return {
        status: 200,
        headers: { 'content-type': file.mediaType, 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' },
        body,
      }
    } catch {
      return notFound
    }
  })
}
