/** The application under torture, its files, and what a person does to it. */
import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Root, SidecarName } from '../../electron/contract/generated/contract'
import { RunningApp } from '../../test/support/app'
import { python, root as checkout } from '../../test/support/checkout'
import { watch } from '../../test/support/patience'
import { isRunning, type RunningProcess } from '../../test/support/processes'
import { isSettled } from '../../test/support/library-status'
import { Eye, type Seen } from './eye'
import { modules, nameOf, type Module } from './modules'
import { addSetAside, newTally, type Tally } from './tally'

/** Seconds without any change after which something has hung. The longest lawful silence is a back-off of 30 s and a start. */
const SILENCE = 120
/** Of indexing: a cut of a recording on a busy machine. */
const WORK_SILENCE = 180

export interface SceneOptions {
  /** Of the display; undefined where the platform needs none. */
  display: string | undefined
  /** Holds `files` and a data directory for each library. */
  base: string
  files: number
}

export class Scene {
  readonly tally: Tally = newTally()
  private readonly restartedForEngines = new Set<number>()
  private running: { app: RunningApp; eye: Eye } | null = null

  constructor(private readonly options: SceneOptions) {}

  get filesDirectory(): string {
    return path.join(this.options.base, 'my files')
  }

  get dataDirectory(): string {
    return path.join(this.options.base, 'data')
  }

  get backupsDirectory(): string {
    return path.join(this.options.base, 'backups')
  }

  /** Of the library that nothing happens to. */
  get undisturbedDirectory(): string {
    return path.join(this.options.base, 'undisturbed')
  }

  get app(): RunningApp {
    if (this.running === null) throw new Error('the application does not run')
    return this.running.app
  }

  get eye(): Eye {
    if (this.running === null) throw new Error('the application does not run')
    return this.running.eye
  }

  async makeFiles(): Promise<void> {
    const args = ['-m', 'scripts.torture.sample_files', this.filesDirectory, String(this.options.files)]
    await promisify(execFile)(python, args, { cwd: checkout })
  }

  /** The folders that are added to the library, in the order of their names. */
  async folders(): Promise<string[]> {
    const entries = await readdir(this.filesDirectory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(this.filesDirectory, name)).sort()
  }

  /** All files on disk, in the order of their paths: the truth that the library is held against. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.filesDirectory, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)).sort()
  }

  async launch(dataDirectory = this.dataDirectory): Promise<void> {
    await mkdir(dataDirectory, { recursive: true })
    const app = await RunningApp.start({ dataDirectory, display: this.options.display })
    this.running = { app, eye: new Eye(app.electron) }
    await this.recovered()
  }

  async addFolders(): Promise<void> {
    for (const folder of await this.folders()) await this.eye.command('library:add-folder', { path: folder })
  }

  sidecar(module: Module): RunningProcess {
    const found = this.app.sidecar(module)
    if (found === undefined) throw new Error(`${module} does not run`)
    return found
  }

  /**
   * Waits until the application works again by itself: `gone` have ended, both sidecars are ready, the window answers, the
   * library answers and reaches its folders. A sidecar that was given up gets the person's Restart, which is counted.
   */
  async recovered(gone: RunningProcess[] = []): Promise<void> {
    await watch({
      what: 'coming back to work',
      look: () => this.missing(gone),
      done: (missing) => missing === '',
      sign: (missing) => missing,
      silence: SILENCE,
    })
  }

  /** What there is still to wait for, in words; empty when there is nothing. */
  private async missing(gone: RunningProcess[]): Promise<string> {
    if (!this.app.runs) return 'main has ended'
    const left = gone.filter(isRunning)
    if (left.length > 0) return `${left.map(({ pid }) => pid).join(', ')} still runs`
    const seen = await this.eye.look()
    if (seen === null) return 'the window does not answer'
    await this.restartForEngines(seen)
    for (const { name, state, pid, restarts } of seen.snapshot.sidecars) {
      if (state === 'failed') await this.pressRestart(name)
      const module = modules.find((each) => nameOf[each] === name)
      const running = module === undefined ? null : (this.app.sidecar(module)?.pid ?? null)
      if (state !== 'ready' || pid === null || running !== pid) return `${name} is ${state} after ${restarts} restarts`
    }
    if (seen.status === null) return 'the library does not answer'
    const away = seen.status.library.roots.filter(({ available }) => !available)
    return away.length > 0 ? `${away.length} folders are not available` : ''
  }

  /** An engine that does not load, and not plainly for lack of memory, waits for the person. */
  private async restartForEngines({ snapshot: { engines, sidecars } }: Seen): Promise<void> {
    for (const { engine, state, problem } of engines) {
      if (state !== 'failed' || problem?.code === 'out-of-memory') continue
      const { name, pid } = sidecars.find((sidecar) => sidecar.name === (engine === 'minilm' ? 'search-server' : 'audio-processor')) ?? {}
      // The engine of the next process is only told of when it is looked at.
      if (name === undefined || pid === undefined || pid === null || this.restartedForEngines.has(pid)) continue
      this.restartedForEngines.add(pid)
      await this.pressRestart(name)
    }
  }

  async pressRestart(name: SidecarName): Promise<void> {
    this.tally.restartsPressed += 1
    await this.eye.command('sidecar:restart', { name })
  }

  /** As a person would who wants to see it work: what is done is indexed again, folder by folder. Resolves with what is seen then. */
  async keepBusy(): Promise<Seen | null> {
    const seen = await this.eye.look()
    const roots = seen?.status?.library.roots ?? []
    for (const root of roots.filter(isIdle)) await this.indexAgain(root)
    return seen
  }

  async indexAgain(root: Root): Promise<void> {
    if (root.counts.failed > 0) addSetAside(this.tally, await this.eye.items(`root=${root.id}&state=failed`))
    this.tally.indexedAgain += 1
    await this.eye.command('library:reindex-folder', { rootId: root.id })
  }

  /** While nobody works, by the person's Pause. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    await this.eye.command('library:set-paused', { paused: true })
    await watch({
      what: 'the pause',
      look: () => this.eye.look(),
      done: (seen) => seen?.status?.library.queue.working === 0,
      sign: (seen) => JSON.stringify(seen?.status?.library.queue),
      silence: SILENCE,
    })
    try {
      return await work()
    } finally {
      await this.eye.command('library:set-paused', { paused: false })
    }
  }

  /** Waits for the end of all work. */
  async settled(onChange: (seen: Seen) => void = () => undefined): Promise<void> {
    await watch({
      what: 'indexing',
      look: async () => {
        const seen = await this.eye.look()
        if (seen !== null) await this.restartForEngines(seen)
        return seen
      },
      done: isQuiet,
      sign: (seen) => JSON.stringify([seen?.status?.library, seen?.snapshot.progress, seen?.snapshot.engines]),
      onChange: (seen) => {
        if (seen !== null) onChange(seen)
      },
      silence: WORK_SILENCE,
    })
  }

  /** What failed is tried again, once, as a person would: each is counted by its reason. */
  async retryFailed(): Promise<number> {
    const failed = await this.eye.items('state=failed')
    addSetAside(this.tally, failed)
    for (const { id } of failed) await this.eye.command('library:retry-item', { itemId: id })
    if (failed.length > 0) await this.settled()
    return failed.length
  }

  /** Quits as a person would; what had to be killed after that is an orphan. */
  async quit(): Promise<void> {
    const left = await this.app.quit()
    this.running = null
    this.tally.orphans.push(...left.map(({ command }) => command))
  }

  /** However this program ends: nothing of the application stays. */
  async end(): Promise<void> {
    if (this.running?.app.runs === true) await this.running.app.quit()
    else await this.running?.app.kill()
    this.running = null
  }

  /** The application has been killed from outside, and its last process has been seen to end. */
  async forget(): Promise<void> {
    await this.running?.app.kill()
    this.running = null
  }
}

/** An engine that failed is tried again, and what was indexed without it is indexed again. */
function isQuiet(seen: Seen | null): boolean {
  const status = seen?.status ?? null
  return status !== null && isSettled(status) && seen?.snapshot.engines.every(({ state }) => state !== 'failed') === true
}

function isIdle({ scanning, counts }: Root): boolean {
  return !scanning && counts.waiting === 0 && counts.working === 0
}
