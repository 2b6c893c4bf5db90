// Generated from backend/contract by `npm run codegen`. Do not edit.
export type CareOutcome = 'done' | 'nothing-to-do' | 'failed' | 'cancelled'
export type CareTask = 'backup' | 'restore' | 'recover'
export type ModelId = 'minilm' | 'whisper-base' | 'yamnet'
export type EngineState = 'missing' | 'unloaded' | 'loading' | 'ready' | 'failed'
export type ItemKind = 'document' | 'audio' | 'video' | 'image' | 'other'
export type ItemState = 'waiting' | 'working' | 'needs-model' | 'indexed' | 'failed'
export type SegmentKind = 'name' | 'text' | 'speech' | 'sound'
/**
 * Why a moment matched: its words, its meaning, its sound, or the file's name.
 */
export type Why = 'words' | 'meaning' | 'sound' | 'name'
export type JobStage = 'extracting' | 'decoding' | 'listening' | 'transcribing' | 'embedding'
export type ProgressUnit = 'seconds' | 'pages' | 'segments'
/**
 * Whether search by meaning took part: READY yes; WARMING not yet, ask again when the engine is ready.
 */
export type MeaningState = 'ready' | 'warming' | 'missing' | 'failed' | 'not-needed'
export type ModelDownloadOutcome = 'installed' | 'failed' | 'cancelled'
export type ModelState = 'present' | 'missing' | 'damaged'
export type SidecarName = 'search-server' | 'audio-processor'
export type ItemSort = 'name' | 'state' | 'size' | 'modified'
export type SortOrder = 'asc' | 'desc'
export type SidecarEvent =
  | Ready
  | Heartbeat
  | JobProgress
  | ItemChanged
  | ItemRemoved
  | LibraryChanged
  | EngineChanged
  | ModelDownloadProgress
  | ModelDownloadEnded
  | ModelStatusEvent
  | ModelExportProgress
  | LibraryCareProgress
  | LibraryCareEnded
  | ErrorEvent
  | Bye
export type SidecarCommand = Shutdown

export interface AddRoot {
  path: string
}
/**
 * Last event of an orderly stop.
 */
export interface Bye {
  type: 'bye'
  reason: string
}
export interface EngineChanged {
  type: 'engine-changed'
  status: EngineStatus
}
export interface EngineStatus {
  engine: ModelId
  state: EngineState
  problem: Problem | null
}
/**
 * A failure in words a person can act on. `detail` is for "More"; it may hold technical text.
 */
export interface Problem {
  code: string
  message: string
  next_step: string | null
  detail: string | null
}
/**
 * Something failed that belongs to no item. The process goes on, unless it says that it is `final`.
 */
export interface ErrorEvent {
  type: 'error'
  problem: Problem
  /**
   * the process ends for this reason, and would again if it were just started again
   */
  final: boolean
}
export interface Failure {
  problem: Problem
}
/**
 * A file and its best moments, best first; `moment_count` counts all that matched.
 */
export interface FileHit {
  item: Item
  root_path: string
  score: number
  moments: Moment[]
  moment_count: number
}
/**
 * One file. `reduced` names models whose absence left part of an indexed file unsearchable.
 */
export interface Item {
  id: number
  root_id: number
  name: string
  /**
   * Path of the containing folder, relative to the root; empty at its top
   */
  folder: string
  kind: ItemKind
  extension: string
  /**
   * bytes
   */
  size: number
  modified_at: number
  state: ItemState
  /**
   * Models this item waits for or is reduced without
   */
  needs: ModelId[]
  problem: Problem | null
  /**
   * seconds, audio and video
   */
  duration: number | null
  pages: number | null
  /**
   * ISO 639-1 of the speech
   */
  language: string | null
  image: ImageFacts | null
  has_thumbnail: boolean
  indexed_at: number | null
}
export interface ImageFacts {
  width: number
  height: number
  taken_at: number | null
  camera: string | null
}
/**
 * One place in a file. `marks` are [start, end) offsets in UTF-16 code units of `snippet`, for highlighting.
 */
export interface Moment {
  segment_id: number
  kind: SegmentKind
  snippet: string
  marks: [number, number][]
  why: Why[]
  score: number
  page: number | null
  line: number | null
  start: number | null
  end: number | null
}
export interface Health {
  ok: boolean
  uptime: number
}
/**
 * Every two seconds, from a thread that only runs while the process is able to work.
 */
export interface Heartbeat {
  type: 'heartbeat'
  /**
   * seconds
   */
  uptime: number
  /**
   * resident set size, bytes
   */
  memory: number
}
export interface ItemChanged {
  type: 'item-changed'
  item: Item
}
export interface ItemPage {
  items: Item[]
  total: number
  offset: number
}
export interface ItemRemoved {
  type: 'item-removed'
  item_id: number
}
/**
 * At most four a second and item. Long files say seconds done of seconds total.
 */
export interface JobProgress {
  type: 'job-progress'
  item_id: number
  name: string
  stage: JobStage
  done: number
  total: number | null
  unit: ProgressUnit
  seconds_left: number | null
}
/**
 * The one last event of a task. `problem`: why it failed; of a recovery that is done, what had happened to the library.
 */
export interface LibraryCareEnded {
  type: 'library-care-ended'
  task: CareTask
  outcome: CareOutcome
  problem: Problem | null
  /**
   * absolute path: the backup written, or where the former library is kept
   */
  file: string | null
  /**
   * folders of the library as it is now
   */
  folders: number
  /**
   * files of a recovered library whose results were read whole and need no second indexing
   */
  kept: number
}
/**
 * The first before any work, then at least two a second while the task goes on.
 */
export interface LibraryCareProgress {
  type: 'library-care-progress'
  task: CareTask
  /**
   * bytes
   */
  done: number
  /**
   * bytes; null while not known
   */
  total: number | null
}
/**
 * The whole summary, at most four a second; only search_server sends it.
 */
export interface LibraryChanged {
  type: 'library-changed'
  library: LibrarySummary
}
export interface LibrarySummary {
  roots: Root[]
  queue: QueueSummary
}
/**
 * A folder that the person added. `available` is false while its disk or folder cannot be read.
 */
export interface Root {
  id: number
  path: string
  added_at: number
  scanning: boolean
  available: boolean
  problem: Problem | null
  counts: RootCounts
}
export interface RootCounts {
  total: number
  waiting: number
  working: number
  needs_model: number
  indexed: number
  failed: number
}
/**
 * Counts over all roots. `waiting_for` counts items per missing model.
 */
export interface QueueSummary {
  paused: boolean
  waiting: number
  working: number
  indexed: number
  failed: number
  needs_model: number
  waiting_for: Partial<Record<ModelId, number>>
  /**
   * segments not yet searchable by meaning
   */
  to_embed: number
  embedded: number
}
/**
 * `root`: the folder that a person added. Whoever opens the file makes sure that it is still below it.
 */
export interface Location {
  path: string
  root: string
  media_type: string
  size: number
}
/**
 * The one last event of each model that was asked for. `problem` is set when, and only when, it failed.
 */
export interface ModelDownloadEnded {
  type: 'model-download-ended'
  model: ModelId
  outcome: ModelDownloadOutcome
  message: string
  problem: Problem | null
}
/**
 * The first before the first byte, then at least two a second, also while it waits, verifies or installs.
 */
export interface ModelDownloadProgress {
  type: 'model-download-progress'
  model: ModelId
  /**
   * percent, 0 to 100; null while the total is not known
   */
  progress: number | null
  /**
   * what happens now, in a short sentence
   */
  message: string
  /**
   * bytes of the model that are here, those of an earlier attempt included
   */
  bytes: number
  /**
   * bytes to fetch in all
   */
  total: number | null
  /**
   * bytes a second over the last seconds; null while nothing arrives
   */
  rate: number | null
  seconds_left: number | null
}
/**
 * The first before the first byte, then at least two a second; an export has no other event, its exit code says the end.
 */
export interface ModelExportProgress {
  type: 'model-export-progress'
  bytes: number
  total: number
}
/**
 * One model as the downloader's `status` and `verify` find it.
 */
export interface ModelStatusEvent {
  type: 'model-status'
  model: ModelId
  title: string
  state: ModelState
  /**
   * bytes
   */
  size: number
  licence: string
  enables: string
  homepage: string
  /**
   * one that the app's main functions need
   */
  required: boolean
  /**
   * it came with the app and cannot be removed by itself
   */
  bundled: boolean
  /**
   * bytes that an interrupted download left here; the next one goes on from them
   */
  partial: number
  problem: string | null
}
/**
 * First event of a started process. `port` is the loopback port that it bound itself, if it serves HTTP.
 */
export interface Ready {
  type: 'ready'
  sidecar: SidecarName
  pid: number
  port: number | null
  version: string
  protocol: number
}
export interface SearchResponse {
  query: string
  hits: FileHit[]
  total_files: number
  offset: number
  meaning: MeaningState
  /**
   * seconds
   */
  took: number
  unsearchable: Unsearchable
  kind_counts: Partial<Record<ItemKind, number>>
}
/**
 * What could match but cannot be searched yet.
 */
export interface Unsearchable {
  /**
   * items that wait to be indexed
   */
  waiting: number
  waiting_for: Partial<Record<ModelId, number>>
  failed: number
}
/**
 * The smallest thing that can be found. Text: page or line. Speech and sound: start and end.
 */
export interface Segment {
  id: number
  item_id: number
  ordinal: number
  kind: SegmentKind
  text: string
  page: number | null
  line: number | null
  start: number | null
  end: number | null
  language: string | null
  /**
   * confidence 0 to 1 of a sound
   */
  score: number | null
}
/**
 * With `around` (a segment id) the page is the one that holds that segment.
 */
export interface SegmentPage {
  segments: Segment[]
  total: number
  offset: number
}
export interface SetPaused {
  paused: boolean
}
/**
 * Finish the current window, put the job back, say bye, exit 0.
 */
export interface Shutdown {
  type: 'shutdown'
}
export interface Status {
  version: string
  pid: number
  engines: EngineStatus[]
  library: LibrarySummary
}
