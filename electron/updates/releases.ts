/** electron-updater over one release address: what is there, and getting it. Loaded when updates are first looked for, and not before. */
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { AppImageUpdater, CancellationToken, MacUpdater, NsisUpdater, type AppUpdater } from 'electron-updater'
import type { AppAdapter } from 'electron-updater/out/AppAdapter'
import { GenericProvider } from 'electron-updater/out/providers/GenericProvider'
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider'
import type { Update } from '../contract/updates'
import type { Log } from '../log/log'
import { Cancelled, Connections, type HttpExecutor, type Progress } from './connections'
import { parseRelease, updateOf } from './release'

export interface ReleasesOptions {
  address: URL
  version: string
  name: string
  platform: NodeJS.Platform
  /** The file that packaging wrote; electron-updater takes the name of its folder from it. */
  addressFile: string
  /** Where the new version is kept until it is installed. */
  folder: string
  executor: HttpExecutor
  log: Log
  /** Milliseconds without a byte. */
  silence?: number
  /** Of Electron; only the updaters of Windows and macOS call it. */
  quit?: () => void
}

/** A new version on the disk, whole and verified. */
export interface Downloaded {
  file: string
  /** base64 */
  sha512: string
}

export class Releases {
  private readonly connections: Connections
  private updater: AppUpdater | null = null
  private sha512 = ''

  constructor(private readonly options: ReleasesOptions) {
    this.connections = new Connections(options.silence)
    this.connections.watch(options.executor)
  }

  /** The version that is newer than this, or null. */
  async look(): Promise<Update | null> {
    // A new one each time: what came to no end in the former is left behind with it.
    const updater = this.createUpdater()
    this.updater = updater
    this.connections.begin()
    await this.dropUnfinished()
    const result = await updater.checkForUpdates()
    if (result?.isUpdateAvailable !== true) return null
    const release = parseRelease(result.updateInfo)
    const wanted = release.files.find(({ url }) => url.toLowerCase().endsWith(extensions[this.options.platform] ?? '')) ?? release.files[0]
    this.sha512 = wanted?.sha512 ?? ''
    return updateOf(release, wanted?.url ?? null)
  }

  /** Of what `look` found last. Kept from an earlier launch, it is verified and not fetched again. */
  async download(update: Update, onProgress: (progress: Progress) => void): Promise<Downloaded> {
    this.connections.begin()
    this.connections.expected = update.size
    this.connections.onProgress = onProgress
    if (this.updater === null) throw new Error('Nothing was found yet')
    const [file] = await this.updater.downloadUpdate(new CancellationToken())
    if (file === undefined) throw new Error('electron-updater brought no file')
    return { file, sha512: this.sha512 }
  }

  /** Whatever runs rejects with Cancelled. */
  cancel(): void {
    this.connections.endAll(new Cancelled('cancelled'))
  }

  /** Windows and macOS: electron-updater's own way, which quits the app. */
  installByItself(restart: boolean): void {
    this.updater?.quitAndInstall(!restart, restart)
  }

  /** Nothing half-fetched or outdated is kept. */
  async clear(): Promise<void> {
    await rm(this.options.folder, { recursive: true, force: true })
  }

  /** What a launch was writing when it was killed. */
  private async dropUnfinished(): Promise<void> {
    const inside = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name))
    const own = await inside(this.options.folder)
    const pending = (await Promise.all(own.map((folder) => inside(path.join(folder, 'pending'))))).flat()
    for (const file of pending) if (/^(\d+-)?temp-/.test(path.basename(file))) await rm(file, { force: true })
  }

  private createUpdater(): AppUpdater {
    const { platform, executor, log } = this.options
    const Updater = platform === 'win32' ? NsisUpdater : platform === 'darwin' ? MacUpdater : AppImageUpdater
    const updater: AppUpdater = new Updater(undefined, this.adapter())
    // Whether this app may be replaced is decided before: electron-updater looks at APPIMAGE alone.
    updater.isUpdaterActive = () => true
    updater.autoDownload = false
    // The sidecars are stopped first, and an AppImage is replaced in one step: electron-updater removes the old before the new is there.
    updater.autoInstallOnAppQuit = false
    updater.allowDowngrade = false
    updater.allowPrerelease = false
    updater.disableWebInstaller = true
    // With it neither progress nor cancelling can be had.
    updater.disableDifferentialDownload = true
    updater.logger = {
      info: (message: unknown) => log.info(`[updates] ${String(message)}`),
      warn: (message: unknown) => log.warn(`[updates] ${String(message)}`),
      error: (message: unknown) => log.error(`[updates] ${String(message)}`),
    }
    // Nothing is rolled out in stages: no machine gets a number of its own, and none is sent.
    updater.isUserWithinRollout = () => true
    Object.defineProperty(updater, 'stagingUserIdPromise', { value: { value: Promise.resolve('') } })
    Object.assign(updater, { httpExecutor: executor })
    updater.setFeedURL({ provider: 'custom', updateProvider: anonymousProvider(this.options.address) })
    return updater
  }

  private adapter(): AppAdapter {
    const { version, name, addressFile, folder, quit } = this.options
    return {
      version,
      name,
      isPackaged: true,
      appUpdateConfigPath: addressFile,
      userDataPath: folder,
      baseCachePath: folder,
      whenReady: () => Promise.resolve(),
      relaunch: () => undefined,
      quit: quit ?? (() => undefined),
      onQuit: () => undefined,
    }
  }
}

const extensions: Partial<Record<NodeJS.Platform, string>> = { linux: '.appimage', win32: '.exe', darwin: '.zip' }

/** electron-updater's provider of a plain web server, which says nothing of this machine and takes no answer unseen. */
function anonymousProvider(address: URL) {
  return class extends GenericProvider {
    constructor(_options: unknown, updater: AppUpdater, runtime: ProviderRuntimeOptions) {
      super({ provider: 'generic', url: address.href }, updater, runtime)
    }

    override setRequestHeaders(): void {
      // electron-updater would send the number that it gave this machine.
    }

    override async getLatestVersion(): ReturnType<GenericProvider['getLatestVersion']> {
      const answer = await super.getLatestVersion()
      parseRelease(answer)
      return answer
    }
  }
}
