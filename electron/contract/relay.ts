/**
 * What the relay says on `/events`: one snapshot first, then numbered events.
 * `sequence` rises by one a message; a client that sees a gap asks for a new snapshot by reconnecting.
 */
import type { EngineStatus, JobProgress, LibrarySummary, Problem, SidecarEvent, SidecarName } from './generated/events'

/** DESIGN.md, Supervisor: the one state machine of both sidecars. */
export type SupervisorState = 'stopped' | 'starting' | 'ready' | 'degraded' | 'restarting' | 'failed'

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
}

/** Sidecar events that main forwards; `ready`, `heartbeat` and `bye` end in the sidecar's status. */
export type ForwardedEvent = Exclude<SidecarEvent, { type: 'ready' | 'heartbeat' | 'bye' }>

export type RelayEvent =
  | ForwardedEvent
  | { type: 'sidecar-changed'; sidecar: SidecarStatus }
  | { type: 'offline-changed'; offline: boolean }

export interface NumberedEvent {
  type: 'event'
  sequence: number
  event: RelayEvent
}

export type RelayMessage = Snapshot | NumberedEvent
