/**
 * What the relay says on `/events`: one snapshot first, then numbered events.
 * `sequence` rises by one a message; a client that sees a gap asks for a new snapshot by reconnecting.
 */
import type {
  CareTask,
  EngineStatus,
  JobProgress,
  LibraryCareEnded,
  LibraryCareProgress,
  LibrarySummary,
  ModelDownloadProgress,
  ModelExportProgress,
  ModelId,
  ModelStatusEvent,
  Problem,
  SidecarEvent,
  SidecarName,
} from './generated/events'
import type { Updates } from './updates'

/** DESIGN.md, Supervisor: the one state machine of both sidecars. */
export type SupervisorState = 'stopped' | 'starting' | 'ready' | 'degraded' | 'restarting' | 'failed'

/** How a sidecar ended when nobody had asked it to. */
export interface SidecarFailure {
  /** Unix milliseconds. */
  at: number
  problem: Problem
  /** Its last stderr lines, newest last. */
  stderrTail: string[]
}

export interface SidecarStatus {
  name: SidecarName
  state: SupervisorState
  pid: number | null
  /** Unix milliseconds of the last `ready`. */
  readySince: number | null
  restarts: number
  /** bytes, from the last heartbeat */
  memory: number | null
  problem: Problem | null
  /** Last stderr lines, newest last; only when `failed` or after a crash. */
  stderrTail: string[]
  /** Stays after it has come back; null when it never failed in this launch. */
  lastFailure: SidecarFailure | null
}

/** What main is doing with a model now. */
export type ModelWork = 'download' | 'import' | 'verify' | 'remove'

export interface ModelEntry {
  model: ModelId
  /** As the downloader found it last; null until it has looked. */
  status: ModelStatusEvent | null
  work: ModelWork | null
  /** Of the work, as far as it says. */
  progress: ModelDownloadProgress | null
  /** Why the last work failed; gone when the next begins or the model is there. */
  failure: Problem | null
}

export interface ModelExport {
  /** Where to, as the person chose it. */
  file: string
  progress: ModelExportProgress | null
}

/** What main is doing with the library as a whole, and what became of it last. */
export interface LibraryCare {
  /** While the library is restored or recovered, both sidecars are stopped. */
  task: CareTask | null
  progress: LibraryCareProgress | null
  /** Stays until the next task begins; null when there was none in this launch. */
  last: LibraryCareEnded | null
}

export interface Snapshot {
  type: 'snapshot'
  sequence: number
  offline: boolean
  sidecars: SidecarStatus[]
  engines: EngineStatus[]
  /** null until search_server has answered for the first time. */
  library: LibrarySummary | null
  progress: JobProgress[]
  /** Every model of the app, always. */
  models: ModelEntry[]
  /** null: none is being written. */
  modelExport: ModelExport | null
  libraryCare: LibraryCare
  updates: Updates
}

/** Sidecar events that main forwards; `ready`, `heartbeat` and `bye` end in the sidecar's status. */
export type ForwardedEvent = Exclude<SidecarEvent, { type: 'ready' | 'heartbeat' | 'bye' }>

export type RelayEvent =
  | ForwardedEvent
  | { type: 'sidecar-changed'; sidecar: SidecarStatus }
  | { type: 'offline-changed'; offline: boolean }
  | { type: 'model-work-changed'; model: ModelId; work: ModelWork | null; failure: Problem | null }
  | { type: 'model-export-changed'; file: string | null }
  | { type: 'library-care-changed'; task: CareTask | null }
  | { type: 'updates-changed'; updates: Updates }

export interface NumberedEvent {
  type: 'event'
  sequence: number
  event: RelayEvent
}

export type RelayMessage = Snapshot | NumberedEvent
