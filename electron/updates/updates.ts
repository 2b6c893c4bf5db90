/** Newer versions of the app: looked for by itself, fetched and installed by a person's word only. */
import type { Problem } from '../contract/generated/events'
import type { Update, Updates, UpdatesOff, UpdateState, UpdateWay } from '../contract/updates'
import type { Log } from '../log/log'
import { messageOf } from '../problem'
import { Cancelled, type Progress } from './connections'
import type { Downloaded } from './releases'
import { noRoom, updateProblem } from './update-problem'

/** What is published, and the way to get it. */
export interface ReleaseSource {
  look(): Promise<Update | null>
  download(update: Update, onProgress: (progress: Progress) => void): Promise<Downloaded>
  cancel(): void
  clear(): Promise<void>
}

export interface UpdatesOptions {
  /** null: nothing is ever looked for. */
  address: string | null
  isPackaged: boolean
  way: UpdateWay
  /** Where the new version is written. */
  folder: string
  isOffline: () => boolean
  /** The setting. */
  looksByItself: () => boolean
  /** Called once, when it is first needed. */
  open: () => Promise<ReleaseSource>
  /** Bytes that may still be written to the folder; null where nobody says. */
  freeSpace: (folder: string) => Promise<number | null>
  /** Puts the new version in the place of this one; `restart`: and starts it. */
  install: (downloaded: Downloaded, restart: boolean) => Promise<void>
  quit: () => void
  publish: (updates: Updates) => void
  log: Log
  /** Why the last launch could not install what it had; null: it had nothing to, or could. */
  failure: Problem | null
  /** Unix milliseconds. */
  now?: () => number
}

const day = 24 * 60 * 60_000

export class AppUpdates {
  private state: UpdateState
  private lookedAt: number | null = null
  /** When it was tried last, whatever came of it. */
  private triedAt: number | null = null
  private source: Promise<ReleaseSource> | null = null
  private downloaded: Downloaded | null = null
  private restart = false
  /** What runs is not wanted any more, however far it is. */
  private cancelling = false
  private stopped = false
  private work: Promise<void> = Promise.resolve()
  private readonly now: () => number

  constructor(private readonly options: UpdatesOptions) {
    this.now = options.now ?? (() => Date.now())
    const { failure } = options
    this.state = this.isOff === null && failure !== null ? { phase: 'failed', problem: failure, during: 'install', update: null } : this.resting()
    // It is read first: looking by itself would take it away.
    if (failure !== null) this.triedAt = this.now()
  }

  get picture(): Updates {
    const { address, way } = this.options
    return { state: this.state, way, address, lookedAt: this.lookedAt }
  }

  /** By itself: at the start, and when the last look is a day old. */
  async lookWhenDue(): Promise<void> {
    const since = this.triedAt === null ? day : Math.abs(this.now() - this.triedAt)
    if (since >= day && this.options.looksByItself()) await this.look()
  }

  /** A person's word. Does nothing while it looks or downloads, or when the new version is here already. */
  look(): Promise<void> {
    if (this.stopped || this.isOff !== null || !['idle', 'available', 'failed'].includes(this.state.phase)) return this.work
    this.triedAt = this.now()
    this.show({ phase: 'looking' })
    this.work = this.perform(null, async (source) => {
      const update = await source.look()
      this.lookedAt = this.now()
      // What was fetched of a version that is older than this by now.
      if (update === null && this.options.way === 'app') await source.clear()
      return update === null ? { phase: 'idle' } : { phase: 'available', update }
    })
    return this.work
  }

  /** Of the version that was found; after a failure, once more. */
  download(): Promise<void> {
    const { state } = this
    if (this.stopped || this.isOff !== null || this.options.way !== 'app') return this.work
    if (state.phase !== 'available' && (state.phase !== 'failed' || state.update === null)) return this.work
    const { update } = state
    if (update === null) return this.work
    this.show({ phase: 'downloading', update, bytes: 0, total: update.size, rate: null })
    this.work = this.perform(update, async (source) => {
      await this.assertRoom(update)
      this.assertWanted()
      this.downloaded = await source.download(update, (progress) => {
        if (this.state.phase === 'downloading') this.show({ phase: 'downloading', update, ...progress })
      })
      return { phase: 'ready', update }
    })
    return this.work
  }

  /** Of looking or downloading; what had arrived is deleted. */
  cancel(): void {
    if (this.state.phase !== 'looking' && this.state.phase !== 'downloading') return
    this.cancelling = true
    void this.source?.then((source) => source.cancel())
  }

  /** Quits in order, installs, and starts the new version. */
  restartToUpdate(): void {
    if (this.stopped || this.state.phase !== 'ready') return
    this.restart = true
    this.options.quit()
  }

  /** The offline setting was changed, or may have been. What is ready needs no network any more. */
  settle(): void {
    const off = this.isOff
    const { phase } = this.state
    if (off !== null) {
      this.cancel()
      if (phase !== 'ready' && phase !== 'looking' && phase !== 'downloading') this.show(this.resting())
    } else if (phase === 'off') {
      this.show({ phase: 'idle' })
      void this.lookWhenDue()
    }
  }

  /** Ends what runs and begins nothing more. */
  async stop(): Promise<void> {
    this.stopped = true
    this.cancel()
    await this.work
  }

  /** Last of all, when nothing of the app runs any more: a version that is ready takes the place of this one. */
  async installWhenReady(): Promise<void> {
    const { downloaded, restart } = this
    if (this.state.phase === 'ready' && downloaded !== null) await this.options.install(downloaded, restart)
  }

  private get isOff(): UpdatesOff | null {
    if (!this.options.isPackaged) return 'not-packaged'
    if (this.options.address === null) return 'no-address'
    return this.options.isOffline() ? 'offline' : null
  }

  private resting(): UpdateState {
    const reason = this.isOff
    return reason === null ? { phase: 'idle' } : { phase: 'off', reason }
  }

  private assertWanted(): void {
    if (this.cancelling) throw new Cancelled()
  }

  private async assertRoom({ size }: Update): Promise<void> {
    const { folder, freeSpace } = this.options
    const free = size === null ? null : await freeSpace(folder)
    if (size !== null && free !== null && free < size) throw noRoom(size, folder)
  }

  /** `update`: what is being fetched. Never rejects. */
  private async perform(update: Update | null, work: (source: ReleaseSource) => Promise<UpdateState>): Promise<void> {
    const { address, folder, log } = this.options
    try {
      this.cancelling = false
      this.source ??= this.options.open()
      const source = await this.source
      this.assertWanted()
      this.show(await work(source))
    } catch (error) {
      if (error instanceof Cancelled) {
        const rest = this.resting()
        this.show(rest.phase === 'idle' && update !== null ? { phase: 'available', update } : rest)
        return
      }
      log.warn(`[updates] ${update === null ? 'not looked' : 'not downloaded'}: ${messageOf(error)}`)
      const problem = updateProblem(error, { address: address ?? '', folder })
      this.show({ phase: 'failed', problem, during: update === null ? 'look' : 'download', update })
    }
  }

  private show(state: UpdateState): void {
    this.state = state
    this.options.publish(this.picture)
  }
}
