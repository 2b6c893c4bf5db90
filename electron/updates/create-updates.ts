/** Updates as the app uses them: when they are looked for, their place in the picture, their session and their installation. */
import path from 'node:path'
import { app, session, type Session } from 'electron'
import { updatesBeside } from '../app-image'
import { isAlive } from '../contract/picture'
import { freeSpace } from '../diagnostics/free-space'
import type { Log } from '../log/log'
import type { Paths } from '../paths'
import { messageOf } from '../problem'
import type { EventStream } from '../relay/event-stream'
import { keepFailure, takeFailure } from './failed-install'
import { addressFile } from './release-address'
import { proxyLogin, releaseProxy } from './release-proxy'
import { decideReleaseRequest } from './release-requests'
import type { Releases } from './releases'
import { relaunch } from './relaunch'
import { updateProblem } from './update-problem'
import { AppUpdates } from './updates'
import { updateWay } from './update-way'

export interface CreateUpdatesOptions {
  paths: Paths
  address: URL | null
  isOffline: () => boolean
  looksByItself: () => boolean
  events: EventStream
  log: Log
}

const hour = 60 * 60_000

export async function createUpdates({ paths, address, isOffline, looksByItself, events, log }: CreateUpdatesOptions): Promise<AppUpdates> {
  const { platform, execPath: program } = process
  const { way, image } = updateWay({ platform, environment: process.env, program })
  const folder = image === null ? paths.data : path.dirname(image)
  const failureFile = path.join(paths.data, 'update-failed.json')
  const loaded: { releases: Releases | null } = { releases: null }

  const open = async (): Promise<Releases> => {
    if (address === null) throw new Error('There is no release address')
    const [{ Releases: Source }, { ReleaseExecutor, getNetSession }] = await Promise.all([import('./releases'), import('./release-executor')])
    const proxy = releaseProxy(address, process.env)
    await confine(getNetSession(), address, proxy, isOffline)
    loaded.releases = new Source({
      address,
      version: app.getVersion(),
      name: app.getName(),
      platform,
      addressFile: path.join(process.resourcesPath, addressFile),
      folder: image === null ? path.join(paths.data, 'updates') : updatesBeside(image),
      executor: new ReleaseExecutor(proxyLogin(proxy)),
      log,
      quit: () => app.quit(),
    })
    return loaded.releases
  }

  const updates: AppUpdates = new AppUpdates({
    address: address?.href ?? null,
    isPackaged: app.isPackaged,
    way,
    folder,
    isOffline,
    looksByItself,
    open,
    freeSpace,
    install: async (downloaded, restart) => {
      if (image === null) {
        loaded.releases?.installByItself(restart)
        return
      }
      let next = image
      try {
        const { replaceImage } = await import('./replace-image')
        next = await replaceImage(image, downloaded)
        log.info(`[updates] ${next} is the new version`)
        await loaded.releases?.clear()
      } catch (error) {
        log.error(`[updates] not installed, this version stays: ${messageOf(error)}`)
        await keepFailure(failureFile, updateProblem(error, { address: address?.href ?? '', folder }))
      }
      if (restart) relaunch(next, process.argv.slice(1), process.env, log)
    },
    quit: () => app.quit(),
    publish: (picture) => events.publish({ type: 'updates-changed', updates: picture }),
    log,
    failure: await takeFailure(failureFile),
  })
  events.publish({ type: 'updates-changed', updates: updates.picture })
  if (address !== null) lookInTime(updates, events)
  return updates
}

/** First once the sidecars have started, or were given up: a look must not slow down what a person waits for. */
function lookInTime(updates: AppUpdates, events: EventStream): void {
  let started = false
  events.subscribe(({ type }) => {
    if (started || type !== 'sidecar-changed') return
    if (!events.snapshot.sidecars.every((sidecar) => isAlive(sidecar) || sidecar.state === 'failed')) return
    started = true
    void updates.lookWhenDue()
    setInterval(() => void updates.lookWhenDue(), hour).unref()
  })
}

/** A session of its own: the window's is a dead end and stays one. */
async function confine(own: Session, address: URL, proxy: URL | null, isOffline: () => boolean): Promise<void> {
  if (own === session.defaultSession) throw new Error('Updates must not use the session of the window')
  own.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !decideReleaseRequest(details.url, address, isOffline()) }))
  own.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  await own.setProxy(proxy === null ? { mode: 'direct' } : { mode: 'fixed_servers', proxyRules: `${proxy.protocol}//${proxy.host}` })
}
