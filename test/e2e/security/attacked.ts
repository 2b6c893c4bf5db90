/** The application that is attacked, and what its attackers in these tests know that nobody else may: its secrets. */
import type { Page } from '@playwright/test'
import { Canary } from '../../support/canary'
import { environmentOf, listeningPorts } from '../../support/listening'
import type { RunningApp } from '../../support/app'
import type { AppWindow } from '../../support/app-window'
import { status } from '../../support/library-status'
import type { Stage } from '../stage'

export interface Secrets {
  relay: { origin: string; port: number; token: string }
  search: { pid: number; port: number; secret: string }
}

export interface Attacked extends Secrets {
  stage: Stage
  /** The temporary folder of the machine, in which others write too. */
  temporary: string
  app: RunningApp
  window: AppWindow
  page: Page
  canary: Canary
}

/** Read where they really are: in main's own requests, and in the environment of search_server. */
export async function secretsOf(app: RunningApp): Promise<Secrets> {
  await app.electron.evaluate(({ session }) => {
    const seen = globalThis as typeof globalThis & { seenAuthorization?: string | undefined }
    session.defaultSession.webRequest.onSendHeaders(({ url, requestHeaders }) => {
      if (url.includes('/api/')) seen.seenAuthorization = requestHeaders['Authorization']
    })
  })
  await status(app.window)
  const authorization = await app.electron.evaluate(({ session }) => {
    session.defaultSession.webRequest.onSendHeaders(null)
    return (globalThis as typeof globalThis & { seenAuthorization?: string }).seenAuthorization
  })
  const token = /^Bearer (.{40,})$/.exec(authorization ?? '')?.[1]
  const server = app.sidecar('search_server')
  if (token === undefined || server === undefined) throw new Error('the window asked nobody, or search_server does not run')
  const origin = await app.window.evaluate(async () => {
    const session = await window.contentcache.invoke('session:get')
    return session.ok ? session.value.relayOrigin : ''
  })
  const secret = environmentOf(server.pid)['CONTENTCACHE_SECRET']
  // The debugging port of the tests is Chromium's, which leaves it open in main's children.
  const inherited = new Set(listeningPorts(app.main.pid).map(({ port: used }) => used))
  const port = listeningPorts(server.pid).find(({ port: used }) => !inherited.has(used))
  if (secret === undefined || port === undefined) throw new Error('search_server has no secret or no port')
  return { relay: { origin, port: Number(new URL(origin).port), token }, search: { pid: server.pid, port: port.port, secret } }
}

export async function attack(stage: Stage): Promise<Attacked> {
  const temporary = await stage.folder('machine')
  const { app, window } = await stage.launch({ modelsDirectory: await stage.folder('no models'), environment: { TMPDIR: temporary } })
  return { stage, temporary, app, window, page: app.window, canary: await Canary.listen(), ...(await secretsOf(app)) }
}
