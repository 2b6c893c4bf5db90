import path from 'node:path'
import { app } from 'electron'
import { ownImage } from './app-image'
import { startApplication, type Application } from './application'
import { isTooOld, readLastUse } from './data-version/data-version'
import { refuseNewerData } from './data-version/refusal'
import { eraseAtLaunch } from './erase/at-launch'
import { placesOf } from './erase/places'
import { exitCodes } from './exit-codes'
import { installLastResort } from './last-resort'
import { LaunchOptionsError, parseLaunchOptions } from './launch-options'
import { createLog } from './log/log'
import { resolvePaths } from './paths'
import { declareAppScheme } from './security/app-protocol'
import { chromiumSwitches, disabledFeatures } from './security/chromium-switches'
import { developmentOrigin } from './security/origins'
import { comeBack } from './single-instance/come-back'
import { acquireInstanceLock, onAnotherStart, type AnotherStart } from './single-instance/instance-lock'
import { emptyTemporaryFolder } from './temporary-folder'
import { prepareFoldersOrRefuse } from './unusable-folder/refusal'
import { readReleaseAddress } from './updates/release-address'
import { releaseNames } from './updates/release-proxy'

/** `named`: the only names that may be looked up. */
function switchOffWhatChromiumBrings(named: readonly string[]): void {
  for (const [name, value] of chromiumSwitches(named)) app.commandLine.appendSwitch(name, value)
  const features = [app.commandLine.getSwitchValue('disable-features'), ...disabledFeatures].filter((feature) => feature !== '')
  app.commandLine.appendSwitch('disable-features', features.join(','))
}

function main(): void {
  const options = parseLaunchOptions(process.argv.slice(1), process.cwd())
  const paths = resolvePaths(
    {
      isPackaged: app.isPackaged,
      appPath: app.getAppPath(),
      resourcesPath: process.resourcesPath,
      executable: process.execPath,
      appData: app.getPath('appData'),
      platform: process.platform,
      environment: process.env,
    },
    options,
  )
  const releases = app.isPackaged ? readReleaseAddress(process.resourcesPath) : { address: null, problem: null }
  switchOffWhatChromiumBrings(releases.address === null || options.offline ? [] : releaseNames(releases.address, process.env))
  const image = ownImage({ program: process.execPath, environment: process.env })
  const places = placesOf({ data: paths.data, models: paths.models, image })
  if (options.erase !== null) {
    eraseAtLaunch({ paths, places, options: options.erase })
    return
  }
  const lastUse = readLastUse(paths.version)
  if (lastUse.kind === 'version' && isTooOld(app.getVersion(), lastUse.version)) {
    refuseNewerData(paths, { data: paths.data, lastUsed: lastUse.version, version: app.getVersion() })
    return
  }
  if (!prepareFoldersOrRefuse(paths)) return
  const log = createLog(paths.logs, 'main', 'console')
  installLastResort(log)
  if (lastUse.kind === 'damaged') log.warn(`Nobody can say which version used the data last: ${lastUse.detail}`)
  if (releases.problem !== null) log.warn(`[updates] ${releases.problem}`)

  declareAppScheme()
  // Whoever starts it without one, as root in a container must, has none to enable.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()

  if (!acquireInstanceLock(paths.profile, { args: process.argv.slice(1), workingDirectory: process.cwd() })) {
    log.info('Already running with this data folder: its window is shown, or comes back when it is just ending.')
    app.exit(exitCodes.done)
    return
  }

  emptyTemporaryFolder(paths.temporary, log)
  let application: Promise<Application> | null = null
  let quitting = false
  let stopped = false
  // Started again while it still ends: it comes back, as the last start asked for.
  let comesBackAs: AnotherStart | null = null
  const show = (): void => void application?.then((running) => (quitting ? undefined : running.show()))
  onAnotherStart((start) => {
    if (quitting) comesBackAs = start ?? comesBackAs
    else show()
  })
  app.on('activate', show)
  // A session that ends and Ctrl+C in a terminal are a quit like any other: the sidecars put their work back first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('will-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    // Asked again, as by a second Ctrl+C, it is being done already.
    if (quitting) return
    quitting = true
    const stopping = application?.then((running) => running.stop()) ?? Promise.resolve()
    stopping
      .catch((error: unknown) => log.error(`Not stopped in order: ${String(error)}`))
      .finally(() => {
        stopped = true
        if (comesBackAs !== null) comeBack(comesBackAs, log)
        // Electron ignores a quit that is asked for while it still delivers this event, as when nothing had to be stopped.
        setImmediate(() => app.quit())
      })
  })

  void app.whenReady().then(() => {
    if (quitting) return
    application = startApplication({
      options,
      paths,
      modelsElsewhere: places.modelsElsewhere,
      build: path.join(__dirname, '..'),
      developmentOrigin: developmentOrigin(process.env, app.isPackaged),
      releaseAddress: releases.address,
      log,
    })
    application.catch((error: unknown) => {
      // Nothing to show it in: the handler of the last resort says it and ends the app.
      setImmediate(() => {
        throw error
      })
    })
  })
}

try {
  main()
} catch (error) {
  if (!(error instanceof LaunchOptionsError)) throw error
  process.stderr.write(`contentcache: ${error.message}\n`)
  app.exit(exitCodes.usage)
}
