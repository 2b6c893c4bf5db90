/** Both sidecars under their supervisors, with what they say joined into one stream. */
import path from 'node:path'
import type { Status } from '../contract/generated/api'
import type { SidecarName } from '../contract/generated/events'
import type { SidecarStatus } from '../contract/relay'
import { createLog, type Log } from '../log/log'
import type { Paths } from '../paths'
import { messageOf } from '../problem'
import type { EventStream } from '../relay/event-stream'
import type { SearchClient } from '../search-client'
import { launchAudioProcessor } from './audio-processor'
import { sidecarEnvironment } from './environment'
import { OrphanRecord } from './orphan-record'
import { launchSearchServer } from './search-server'
import type { LaunchPlan } from './sidecar-process'
import { initialMachine } from './supervisor-machine'
import { statusOf, Supervisor } from './supervisor'

export interface Sidecars {
  start(): Promise<void>
  restart(name: SidecarName): void
  /** Resolves when no process is left. */
  stop(): Promise<void>
  searchPort(): number | null
}

export interface SidecarsOptions {
  paths: Paths
  secret: string
  /** Asked at each start of a sidecar. */
  isOffline: () => boolean
  events: EventStream
  client: SearchClient
  log: Log
}

export function notStarted(name: SidecarName): SidecarStatus {
  return statusOf(name, initialMachine)
}

/** How a process is started that works on the library. */
export function sidecarPlan(paths: Paths, offline: boolean, secret?: string): LaunchPlan {
  return {
    python: paths.python,
    flags: paths.pythonFlags,
    cwd: paths.code,
    env: sidecarEnvironment(process.env, {
      installation: paths.installation,
      dataDirectory: paths.data,
      modelsDirectory: paths.models,
      temporaryDirectory: paths.temporary,
      bundledModelsDirectory: paths.bundledModels,
      offline,
      ...(secret === undefined ? {} : { secret }),
    }),
  }
}

export function createSidecars({ paths, secret, isOffline, events, client, log }: SidecarsOptions): Sidecars {
  const shared = (name: SidecarName) => ({
    name,
    record: new OrphanRecord(paths.run, name),
    log: createLog(paths.logs, path.basename(name)),
    onEvent: events.publish.bind(events),
  })

  const searchServer = new Supervisor({
    ...shared('search-server'),
    displayName: 'The search engine',
    launcher: launchSearchServer,
    plan: () => sidecarPlan(paths, isOffline(), secret),
    checkHealth: (port) => client.isHealthy(port),
    onStatus: (sidecar) => {
      const before = events.snapshot.sidecars.find(({ name }) => name === sidecar.name)
      events.publish({ type: 'sidecar-changed', sidecar })
      if (sidecar.readySince !== null && sidecar.readySince !== before?.readySince) {
        publishStatus(events, client).catch((error: unknown) => log.warn(`The library's status was not read: ${messageOf(error)}`))
      }
    },
  })
  const audioProcessor = new Supervisor({
    ...shared('audio-processor'),
    displayName: 'The audio engine',
    launcher: launchAudioProcessor,
    plan: () => sidecarPlan(paths, isOffline()),
    onStatus: (sidecar) => events.publish({ type: 'sidecar-changed', sidecar }),
  })
  const supervisors: Record<SidecarName, Supervisor> = { 'search-server': searchServer, 'audio-processor': audioProcessor }

  return {
    start: async () => {
      await Promise.all([searchServer.start(), audioProcessor.start()])
    },
    restart: (name) => supervisors[name].restart(),
    stop: async () => {
      await Promise.all([searchServer.stop(), audioProcessor.stop()])
    },
    searchPort: () => searchServer.port,
  }
}

/** The picture right after a start, without waiting for the first change. What an engine said itself is newer. */
async function publishStatus(events: EventStream, client: SearchClient): Promise<void> {
  const { library, engines } = await client.call<Status>({ method: 'GET', path: '/status' })
  events.publish({ type: 'library-changed', library })
  const known = new Set(events.snapshot.engines.map(({ engine }) => engine))
  for (const status of engines) {
    if (!known.has(status.engine)) events.publish({ type: 'engine-changed', status })
  }
}
