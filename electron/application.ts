/** Puts the parts together once Electron is ready. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { app, clipboard, dialog, Menu, nativeTheme, session, shell, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { addContextMenu } from './context-menu'
import type { Root } from './contract/generated/api'
import type { MenuCommand, Session, Settings } from './contract/ipc'
import { emptyPicture } from './contract/picture'
import { collectDiagnostics } from './diagnostics/collect'
import { recordUse } from './data-version/data-version'
import { createDialogs } from './dialogs'
import { aboutHandlers } from './ipc/about'
import { menuChannel } from './ipc/channels'
import { dataHandlers } from './ipc/data'
import { diagnosticsHandlers } from './ipc/diagnostics'
import { itemHandlers } from './ipc/items'
import { libraryHandlers } from './ipc/library'
import { careHandlers } from './ipc/library-care'
import { modelHandlers } from './ipc/models'
import { registerIpc } from './ipc/register'
import { settingsHandlers } from './ipc/settings'
import { sidecarHandlers } from './ipc/sidecars'
import { updatesHandlers } from './ipc/updates'
import type { LaunchOptions } from './launch-options'
import { createLibraryCare } from './library-care/create-library-care'
import type { Log } from './log/log'
import { menuTemplate } from './menu'
import { menuLabels } from './menu-labels'
import { createModels } from './models/create-models'
import type { Paths } from './paths'
import { PendingFolders } from './pending-folders'
import { messageOf } from './problem'
import { EventStream } from './relay/event-stream'
import { startRelay } from './relay/server'
import { recoverRenderer } from './renderer-recovery'
import { SearchClient } from './search-client'
import { serveApp } from './security/app-protocol'
import { contentSecurityPolicy } from './security/csp'
import { appOrigin, appUrl } from './security/origins'
import { secureContents } from './security/secure-contents'
import { secureSession } from './security/secure-session'
import { isTrustedSender } from './security/sender'
import { SettingsStore } from './settings'
import { createSidecars, notStarted, type Sidecars } from './sidecars/sidecars'
import { startToErase } from './start-again'
import { suggestedFolders } from './suggested-folders'
import { createUpdates } from './updates/create-updates'
import { createWindow } from './window'

export interface Application {
  /** The window, in front. */
  show(): void
  stop(): Promise<void>
}

export interface ApplicationOptions {
  options: LaunchOptions
  paths: Paths
  /** Null: they lie in the data folder. */
  modelsElsewhere: string | null
  /** `out/` of the build. */
  build: string
  developmentOrigin: string | null
  /** Where newer versions lie; null in a build that has no such address. */
  releaseAddress: URL | null
  log: Log
}

export async function startApplication({ options, paths, modelsElsewhere, build, developmentOrigin, releaseAddress, log }: ApplicationOptions): Promise<Application> {
  await recordUse(paths.version, app.getVersion()).catch((error: unknown) => log.warn(`Which version uses the data was not written down: ${messageOf(error)}`))
  const settings = await SettingsStore.load(paths.settings)
  const locale = (): string => {
    const { language } = settings.get()
    return language === 'system' ? app.getLocale() : language
  }
  const isOffline = (): boolean => options.offline || settings.get().offline
  const origins = developmentOrigin === null ? [appOrigin] : [appOrigin, developmentOrigin]

  const events = new EventStream({ ...emptyPicture, offline: isOffline(), sidecars: [notStarted('search-server'), notStarted('audio-processor')] })
  const secret = randomBytes(32).toString('base64url')
  // The client asks for the port of a sidecar that itself is checked through the client.
  const holder: { sidecars: Sidecars | null } = { sidecars: null }
  const client = new SearchClient({
    port: () => holder.sidecars?.searchPort() ?? null,
    secret,
    isComing: () => events.snapshot.sidecars.every(({ name, state }) => name !== 'search-server' || state !== 'failed'),
  })
  const sidecars = createSidecars({ paths, secret, isOffline, events, client, log })
  holder.sidecars = sidecars
  const models = createModels({ paths, isOffline, events, sidecars })
  const care = createLibraryCare({ paths, isOffline, events, sidecars })
  const updates = await createUpdates({ paths, address: releaseAddress, isOffline, looksByItself: () => settings.get().updates, events, log })
  const pendingFolders = new PendingFolders<Root>(paths.pendingFolders, log)
  const relay = await startRelay({ events, client, origins, log })

  let window: BrowserWindow | null = null
  const dialogs = createDialogs({ window: () => window, language: locale, dataDirectory: paths.data, modelsElsewhere })
  const send = (command: MenuCommand): void => {
    show()
    const contents = window?.webContents
    const deliver = (): void => contents?.send(menuChannel, command)
    // What is sent to a page that is still loading is lost.
    if (contents?.isLoading() === true) contents.once('did-finish-load', deliver)
    else deliver()
  }

  let asking = false
  async function eraseEverything(): Promise<void> {
    // The menu can be chosen from while its question is shown.
    if (asking) return
    asking = true
    try {
      if (!(await dialogs.confirmErase())) return
      log.info('Everything is to be erased: the app ends, and starts itself again to do it.')
      app.relaunch(startToErase({ args: process.argv.slice(1), program: process.execPath, environment: process.env }))
      app.quit()
    } finally {
      asking = false
    }
  }

  function apply({ appearance }: Settings): void {
    nativeTheme.themeSource = appearance
    const labels = menuLabels(locale())
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ labels, platform: process.platform, development: developmentOrigin !== null, send, eraseEverything: () => void eraseEverything() })))
    if (events.snapshot.offline !== isOffline()) events.publish({ type: 'offline-changed', offline: isOffline() })
    if (isOffline()) models.cancelDownloads()
    updates.settle()
  }

  function describeSession(): Session {
    return {
      relayOrigin: relay.origin,
      version: app.getVersion(),
      versions: { electron: process.versions.electron, chromium: process.versions.chrome, node: process.versions.node },
      platform: process.platform,
      locale: locale(),
      offlineFlag: options.offline,
      dataDirectory: paths.data,
      modelsDirectory: paths.models,
      pendingFolders: pendingFolders.get(),
      suggestedFolders: suggestedFolders((name) => app.getPath(name)),
    }
  }

  function isTrusted({ senderFrame }: IpcMainInvokeEvent): boolean {
    const isMainFrameOfWindow = senderFrame !== null && senderFrame === window?.webContents.mainFrame
    return isTrustedSender({ frameUrl: senderFrame?.url ?? '', isMainFrameOfWindow }, origins)
  }

  function open(): BrowserWindow {
    const opened = createWindow({ stateFile: paths.windowState, preload: path.join(build, 'preload', 'preload.js'), title: app.getName(), log })
    recoverRenderer(opened, { ask: () => dialogs.askAboutWindow(), quit: () => app.quit(), log })
    addContextMenu(opened.webContents)
    opened.on('closed', () => (window = null))
    opened.loadURL(developmentOrigin ?? appUrl).catch((error: unknown) => log.error(`[window] not loaded: ${String(error)}`))
    return opened
  }

  function show(): void {
    window ??= open()
    if (window.isMinimized()) window.restore()
    window.focus()
  }

  app.on('web-contents-created', (_event, contents) => secureContents(contents, origins, log))
  await secureSession(session.defaultSession, relay, origins)
  serveApp(path.join(build, 'renderer'), contentSecurityPolicy(relay.origin))
  registerIpc(
    {
      'session:get': describeSession,
      ...aboutHandlers({ paths, openPath: (file) => shell.openPath(file) }),
      ...libraryHandlers(client, pendingFolders, () => dialogs.askForFolder()),
      ...careHandlers(care, dialogs),
      ...modelHandlers(models, dialogs),
      ...itemHandlers(client, shell),
      ...settingsHandlers(settings, apply),
      ...dataHandlers(eraseEverything),
      ...sidecarHandlers((name) => care.restart(name)),
      ...updatesHandlers(updates),
      ...diagnosticsHandlers({
        collect: () => collectDiagnostics({ version: app.getVersion(), paths, snapshot: () => events.snapshot, locale, secrets: [secret, relay.token] }),
        // Older Electrons have written when the call returns.
        copy: async (text) => clipboard.writeText(text),
        openPath: (folder) => shell.openPath(folder),
        logs: paths.logs,
      }),
    },
    isTrusted,
    log,
  )
  apply(settings.get())
  show()
  if (settings.problem !== null) {
    const { message, detail } = settings.problem
    log.warn(`${message} ${detail ?? ''}`)
    dialog.showMessageBox({ type: 'warning', message, detail: detail ?? '' }).catch((error: unknown) => log.warn(String(error)))
  }
  // Not waited for: whoever quits now stops them on the way.
  void sidecars.start()
  void models.look()

  return {
    show,
    stop: async () => {
      await Promise.all([care.stop(), models.stop(), sidecars.stop(), updates.stop()])
      client.close()
      await relay.close()
      await updates.installWhenReady()
    },
  }
}
