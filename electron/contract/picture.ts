/**
 * The picture of the moment: what a snapshot holds, and how an event changes it. The relay and its clients share this
 * function, so a client that applies events holds what a fresh snapshot would say.
 */
import type { EngineStatus, JobProgress, JobStage, ModelId, SidecarName } from './generated/events'
import type { ModelEntry, RelayEvent, SidecarStatus, Snapshot } from './relay'
import { noUpdates } from './updates'

export type Picture = Pick<Snapshot, 'offline' | 'sidecars' | 'engines' | 'library' | 'progress' | 'models' | 'modelExport' | 'libraryCare' | 'updates'>

const sidecarOfStage: Record<JobStage, SidecarName> = {
  extracting: 'search-server',
  embedding: 'search-server',
  decoding: 'audio-processor',
  listening: 'audio-processor',
  transcribing: 'audio-processor',
}

/** Which process loads a model. */
export const sidecarOfEngine: Record<ModelId, SidecarName> = {
  minilm: 'search-server',
  'whisper-base': 'audio-processor',
  yamnet: 'audio-processor',
}

const modelIds = Object.keys(sidecarOfEngine) as ModelId[]

/** Before anything has been heard. */
export const emptyPicture: Picture = {
  offline: false,
  sidecars: [],
  engines: [],
  library: null,
  progress: [],
  models: modelIds.map((model) => ({ model, status: null, work: null, progress: null, failure: null })),
  modelExport: null,
  libraryCare: { task: null, progress: null, last: null },
  updates: noUpdates,
}

export function isAlive(sidecar: SidecarStatus): boolean {
  return sidecar.state === 'ready' || sidecar.state === 'degraded'
}

function upsert<T>(list: readonly T[], entry: T, same: (other: T) => boolean): T[] {
  return list.some(same) ? list.map((other) => (same(other) ? entry : other)) : [...list, entry]
}

function withoutItem(progress: readonly JobProgress[], itemId: number): JobProgress[] {
  return progress.filter((entry) => entry.item_id !== itemId)
}

/** Embedding goes on after its item is indexed, so no change of the item ends it. */
function isFinished(progress: JobProgress): boolean {
  return progress.stage === 'embedding' && progress.total !== null && progress.done >= progress.total
}

/** What a process was doing and had loaded is gone with it. */
function withSidecar(picture: Picture, sidecar: SidecarStatus): Picture {
  const sidecars = upsert(picture.sidecars, sidecar, (other) => other.name === sidecar.name)
  if (isAlive(sidecar)) return { ...picture, sidecars }
  // What failed in the process that is gone has not failed in the next.
  const unload = (status: EngineStatus): EngineStatus =>
    sidecarOfEngine[status.engine] === sidecar.name && status.state !== 'missing' ? { ...status, state: 'unloaded', problem: null } : status
  return {
    ...picture,
    sidecars,
    engines: picture.engines.map(unload),
    progress: picture.progress.filter((entry) => sidecarOfStage[entry.stage] !== sidecar.name),
  }
}

function withModel(picture: Picture, model: ModelId, change: (entry: ModelEntry) => Partial<ModelEntry>): Picture {
  return { ...picture, models: picture.models.map((entry) => (entry.model === model ? { ...entry, ...change(entry) } : entry)) }
}

export function applyEvent(picture: Picture, event: RelayEvent): Picture {
  switch (event.type) {
    case 'sidecar-changed':
      return withSidecar(picture, event.sidecar)
    case 'offline-changed':
      return { ...picture, offline: event.offline }
    case 'library-changed':
      return { ...picture, library: event.library }
    case 'engine-changed':
      return { ...picture, engines: upsert(picture.engines, event.status, (other) => other.engine === event.status.engine) }
    case 'job-progress':
      return {
        ...picture,
        progress: isFinished(event)
          ? withoutItem(picture.progress, event.item_id)
          : upsert(picture.progress, event, (other) => other.item_id === event.item_id),
      }
    case 'item-changed':
      return event.item.state === 'working' ? picture : { ...picture, progress: withoutItem(picture.progress, event.item.id) }
    case 'item-removed':
      return { ...picture, progress: withoutItem(picture.progress, event.item_id) }
    case 'model-status':
      return withModel(picture, event.model, ({ failure }) => ({ status: event, failure: event.state === 'present' ? null : failure }))
    case 'model-work-changed':
      return withModel(picture, event.model, () => ({ work: event.work, progress: null, failure: event.failure }))
    case 'model-download-progress':
      // A process that is being ended may still have spoken.
      return withModel(picture, event.model, ({ work, progress }) => ({ progress: work === null ? progress : event }))
    case 'model-export-changed':
      return { ...picture, modelExport: event.file === null ? null : { file: event.file, progress: null } }
    case 'model-export-progress':
      return picture.modelExport === null ? picture : { ...picture, modelExport: { ...picture.modelExport, progress: event } }
    case 'library-care-changed':
      return { ...picture, libraryCare: { task: event.task, progress: null, last: event.task === null ? picture.libraryCare.last : null } }
    case 'library-care-progress':
      return { ...picture, libraryCare: { ...picture.libraryCare, progress: event } }
    case 'library-care-ended':
      return { ...picture, libraryCare: { ...picture.libraryCare, progress: null, last: event } }
    case 'updates-changed':
      return { ...picture, updates: event.updates }
    case 'model-download-ended':
    case 'error':
      return picture
  }
}
