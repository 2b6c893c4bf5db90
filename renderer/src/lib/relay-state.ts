import type { EngineStatus, JobProgress, LibrarySummary, Problem, RelayEvent, RelayMessage, SidecarStatus } from '../contract'

/** The window's picture of the two sidecars and the library, built from one snapshot and the numbered events after it. */
export interface RelayState {
  sequence: number | null
  offline: boolean
  sidecars: SidecarStatus[]
  engines: EngineStatus[]
  library: LibrarySummary | null
  progress: JobProgress[]
  lastProblem: Problem | null
}

export type Applied = { kind: 'applied'; state: RelayState } | { kind: 'duplicate' } | { kind: 'gap'; expected: number; got: number }

export function emptyRelayState(): RelayState {
  return { sequence: null, offline: false, sidecars: [], engines: [], library: null, progress: [], lastProblem: null }
}

/** Pure: a gap means that an event was missed, and only a new snapshot can make the picture right. */
export function applyMessage(state: RelayState, message: RelayMessage): Applied {
  if (message.type === 'snapshot') {
    const { sequence, offline, sidecars, engines, library, progress } = message
    return { kind: 'applied', state: { sequence, offline, sidecars, engines, library, progress, lastProblem: state.lastProblem } }
  }
  const expected = (state.sequence ?? -1) + 1
  if (state.sequence === null || message.sequence > expected) return { kind: 'gap', expected, got: message.sequence }
  if (message.sequence < expected) return { kind: 'duplicate' }
  return { kind: 'applied', state: { ...applyEvent(state, message.event), sequence: message.sequence } }
}

function applyEvent(state: RelayState, event: RelayEvent): RelayState {
  switch (event.type) {
    case 'job-progress':
      return { ...state, progress: [...withoutItem(state.progress, event.item_id), event] }
    case 'item-changed':
      return event.item.state === 'working' ? state : { ...state, progress: withoutItem(state.progress, event.item.id) }
    case 'item-removed':
      return { ...state, progress: withoutItem(state.progress, event.item_id) }
    case 'library-changed':
      return { ...state, library: event.library }
    case 'engine-changed':
      return { ...state, engines: replaceBy(state.engines, event.status, (engine) => engine.engine) }
    case 'sidecar-changed':
      return {
        ...state,
        sidecars: replaceBy(state.sidecars, event.sidecar, (sidecar) => sidecar.name),
        progress: event.sidecar.state === 'ready' || event.sidecar.state === 'degraded' ? state.progress : withoutOwner(state.progress, event.sidecar.name),
      }
    case 'error':
      return { ...state, lastProblem: event.problem }
  }
}

function withoutItem(progress: JobProgress[], itemId: number): JobProgress[] {
  return progress.filter((entry) => entry.item_id !== itemId)
}

const audioStages: ReadonlySet<JobProgress['stage']> = new Set(['decoding', 'listening', 'transcribing'])

/** A sidecar that went down works on nothing, whatever it last said. */
function withoutOwner(progress: JobProgress[], sidecar: SidecarStatus['name']): JobProgress[] {
  return progress.filter((entry) => audioStages.has(entry.stage) !== (sidecar === 'audio-processor'))
}

function replaceBy<T>(list: T[], next: T, keyOf: (entry: T) => string): T[] {
  const index = list.findIndex((entry) => keyOf(entry) === keyOf(next))
  return index === -1 ? [...list, next] : list.map((entry, at) => (at === index ? next : entry))
}
