/** The app's own Python processes under the real supervisor, with the app's own patience unless a test says otherwise. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ItemPage, SidecarName, Status } from '../../../../electron/contract/generated/contract'
import type { ForwardedEvent, SidecarStatus, SupervisorState } from '../../../../electron/contract/relay'
import { SearchClient } from '../../../../electron/search-client'
import { launchAudioProcessor } from '../../../../electron/sidecars/audio-processor'
import { sidecarEnvironment } from '../../../../electron/sidecars/environment'
import { OrphanRecord } from '../../../../electron/sidecars/orphan-record'
import { launchSearchServer } from '../../../../electron/sidecars/search-server'
import { Supervisor, type SupervisorOptions } from '../../../../electron/sidecars/supervisor'
import { python, root } from '../../../support/checkout'
import { childrenOf } from '../../../support/faults'
import { isRunning, killHard, tree, type RunningProcess } from '../../../support/processes'
import { recordingLog, temporaryFolder, until } from '../support'

const secret = 'secret-of-this-test'

/** A folder that the sidecars of one test share, and their end. */
export class Desk {
  private readonly sidecars: RealSidecar[] = []
  private constructor(
    readonly folder: string,
    private readonly remove: () => Promise<void>,
  ) {}

  static async open(): Promise<Desk> {
    const { folder, remove } = await temporaryFolder()
    mkdirSync(path.join(folder, 'data'))
    mkdirSync(path.join(folder, 'models'))
    return new Desk(folder, remove)
  }

  /** Runs `work` and ends whatever it has started. */
  static async use(work: (desk: Desk) => Promise<void>): Promise<void> {
    const desk = await Desk.open()
    try {
      await work(desk)
    } finally {
      await desk.end()
    }
  }

  get data(): string {
    return path.join(this.folder, 'data')
  }

  sidecar(name: SidecarName, change: Partial<SupervisorOptions> & { python?: string; models?: string } = {}): RealSidecar {
    const sidecar = new RealSidecar(name, this, change)
    this.sidecars.push(sidecar)
    return sidecar
  }

  /** An interpreter that first does what the script says. `$START` counts its starts from 1; the real one follows unless it ends. */
  interpreter(script: string): string {
    const file = path.join(this.folder, 'python')
    const counter = path.join(this.folder, 'starts')
    writeFileSync(file, `#!/bin/sh\necho >> '${counter}'\nSTART=$(wc -l < '${counter}')\n${script}\nexec '${python}' "$@"\n`)
    chmodSync(file, 0o755)
    return file
  }

  notes(count: number): string {
    const folder = path.join(this.folder, 'notes')
    mkdirSync(folder)
    for (let number = 1; number <= count; number += 1) writeFileSync(path.join(folder, `note ${number}.txt`), `note${number}word and the tide\n`)
    return folder
  }

  private async end(): Promise<void> {
    await Promise.all(this.sidecars.map((sidecar) => sidecar.end()))
    await this.remove()
  }
}

export class RealSidecar {
  readonly log = recordingLog()
  readonly events: ForwardedEvent[] = []
  readonly history: SidecarStatus[] = []
  readonly supervisor: Supervisor
  private readonly client: SearchClient
  private readonly seen = new Map<number, RunningProcess>()

  constructor(
    readonly name: SidecarName,
    desk: Desk,
    { python: interpreter = python, models = path.join(desk.folder, 'models'), ...change }: Partial<SupervisorOptions> & { python?: string; models?: string },
  ) {
    this.client = new SearchClient({ port: () => this.supervisor.port, secret, isComing: () => this.supervisor.status.state !== 'failed' })
    const settings = { dataDirectory: desk.data, modelsDirectory: models, bundledModelsDirectory: null, temporaryDirectory: desk.folder, offline: true }
    this.supervisor = new Supervisor({
      name,
      displayName: 'The service',
      launcher: name === 'search-server' ? launchSearchServer : launchAudioProcessor,
      plan: () => ({ python: interpreter, cwd: root, env: sidecarEnvironment(process.env, name === 'search-server' ? { ...settings, secret } : settings) }),
      record: new OrphanRecord(path.join(desk.folder, 'run'), name),
      log: this.log,
      ...(name === 'search-server' ? { checkHealth: (port: number) => this.client.isHealthy(port) } : {}),
      onEvent: (event) => this.events.push(event),
      onStatus: (status) => {
        this.history.push(status)
        const [started] = status.pid === null ? [] : tree(status.pid)
        if (started !== undefined) this.seen.set(started.pid, started)
      },
      ...change,
    })
  }

  get status(): SidecarStatus {
    return this.supervisor.status
  }

  get states(): SupervisorState[] {
    return this.history.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1])
  }

  /** Throws when it does not run. */
  get process(): RunningProcess {
    const [running] = this.status.pid === null ? [] : tree(this.status.pid)
    if (running === undefined) throw new Error(`${this.name} does not run: ${JSON.stringify(this.status)}`)
    return running
  }

  get children(): RunningProcess[] {
    return childrenOf(this.process)
  }

  async start(): Promise<this> {
    await this.supervisor.start()
    await this.reach('ready')
    return this
  }

  reach(state: SupervisorState): Promise<void> {
    return this.until(() => this.status.state === state, `is ${state}`)
  }

  /** A second process is ready. */
  restarted(first: RunningProcess, restarts = 1): Promise<void> {
    return this.until(() => this.status.state === 'ready' && this.status.pid !== first.pid && this.status.restarts === restarts, 'is ready again')
  }

  until(fact: () => boolean | Promise<boolean>, what: string): Promise<void> {
    return until(fact, `${this.name} ${what}; ${JSON.stringify(this.status)}\n${this.log.lines.slice(-20).join('\n')}`, 100_000)
  }

  ask<Answer>(method: 'GET' | 'POST', address: string, body?: object): Promise<Answer> {
    return this.client.call<Answer>({ method, path: address, ...(body === undefined ? {} : { body }) })
  }

  addFolder(folder: string): Promise<unknown> {
    return this.ask('POST', '/roots', { path: folder })
  }

  async folders(): Promise<number> {
    return (await this.ask<Status>('GET', '/status')).library.roots.length
  }

  async indexed(): Promise<number> {
    return (await this.ask<Status>('GET', '/status')).library.queue.indexed
  }

  async names(): Promise<string[]> {
    return (await this.ask<ItemPage>('GET', '/items?limit=500')).items.map(({ name }) => name)
  }

  async end(): Promise<void> {
    await this.supervisor.stop()
    this.client.close()
    const left = [...this.seen.values()].filter(isRunning)
    killHard(left)
    if (left.length > 0) throw new Error(`${this.name} left processes behind: ${JSON.stringify(left)}`)
  }
}

/** Whether this system lets one process write into what another one has open, or why not. */
export function whyNoWritingInto(): string | null {
  const script = 'import ctypes, os, sys; sys.exit(ctypes.CDLL(None).syscall(438, os.pidfd_open(int(sys.argv[1])), 0, 0) < 0)'
  return spawnSync(python, ['-c', script, String(process.pid)]).status === 0 ? null : 'the kernel refuses pidfd_getfd: needs root, or ptrace_scope 0'
}
