import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import type { FileHit, Item, LibraryCareEnded, LibrarySummary, ModelEntry, ModelId, Moment, QueueSummary, Root, SearchResponse, Session, SidecarStatus } from '@/contract'
import { modelIds, models } from '@/lib/models'
import { useSessionStore } from '@/stores/session'

type ModelStatus = NonNullable<ModelEntry['status']>

export function anItem(over: Partial<Item> = {}): Item {
  return {
    id: 1, root_id: 1, name: 'speech.flac', folder: '', kind: 'audio', extension: 'flac', size: 1000, modified_at: 0, state: 'indexed', needs: [],
    problem: null, duration: 11, pages: null, language: 'en', image: null, has_thumbnail: false, indexed_at: 1, ...over,
  }
}

export function aMoment(over: Partial<Moment> = {}): Moment {
  return { segment_id: 1, kind: 'speech', snippet: 'ask not', marks: [], why: ['words'], score: 1, page: null, line: null, start: 0, end: 1, ...over }
}

export function aHit(over: Partial<FileHit> = {}): FileHit {
  const moments = over.moments ?? [aMoment()]
  return { item: anItem(), root_path: '/music', score: 1, moments, moment_count: moments.length, ...over }
}

export function anAnswer(over: Partial<SearchResponse> = {}): SearchResponse {
  const hits = over.hits ?? []
  return {
    query: '', hits, total_files: hits.length, offset: 0, meaning: 'ready', took: 0.01,
    unsearchable: { waiting: 0, waiting_for: {}, failed: 0 }, kind_counts: {}, ...over,
  }
}

export function aQueue(over: Partial<QueueSummary> = {}): QueueSummary {
  return { paused: false, waiting: 0, working: 0, indexed: 0, failed: 0, needs_model: 0, waiting_for: {}, to_embed: 0, embedded: 0, ...over }
}

export function aRoot(over: Partial<Root> = {}): Root {
  const counts = { total: 1, waiting: 0, working: 0, needs_model: 0, indexed: 1, failed: 0 }
  return { id: 1, path: '/music', added_at: 0, scanning: false, available: true, problem: null, counts, ...over }
}

export function aLibrary(over: Partial<LibrarySummary> = {}): LibrarySummary {
  return { roots: [], queue: aQueue(), ...over }
}

export function aSidecar(over: Partial<SidecarStatus> = {}): SidecarStatus {
  return { name: 'search-server', state: 'ready', pid: 1, readySince: 1, restarts: 0, memory: null, problem: null, stderrTail: [], lastFailure: null, ...over }
}

export function anEnd(over: Partial<LibraryCareEnded> = {}): LibraryCareEnded {
  return { type: 'library-care-ended', task: 'backup', outcome: 'done', problem: null, file: null, folders: 1, kept: 0, ...over }
}

export function aModelStatus(over: Partial<ModelStatus> = {}): ModelStatus {
  return {
    type: 'model-status', model: 'whisper-base', title: 'Whisper base', state: 'missing', size: 145_262_807, licence: 'MIT', enables: '', homepage: 'https://example.org',
    required: false, bundled: false, partial: 0, problem: null, ...over,
  }
}

export function aModel(over: Partial<ModelEntry> = {}): ModelEntry {
  const model = over.model ?? 'whisper-base'
  return { model, status: aModelStatus({ model, size: models[model].bytes }), work: null, progress: null, failure: null, ...over }
}

/** The three models, all missing but those that `over` names. */
export function theModels(over: Partial<Record<ModelId, Partial<ModelEntry>>> = {}): ModelEntry[] {
  return modelIds.map((model) => aModel({ model, ...over[model] }))
}

export const present = (model: ModelId, over: Partial<ModelStatus> = {}): Partial<ModelEntry> => ({
  status: aModelStatus({ model, size: models[model].bytes, state: 'present', ...over }),
})

const aSession: Session = {
  relayOrigin: 'http://127.0.0.1:9', version: '0', versions: { electron: '45', chromium: '148', node: '24' }, platform: 'linux', locale: 'en-US', offlineFlag: false,
  dataDirectory: '/data', modelsDirectory: '/models', pendingFolders: [], suggestedFolders: [{ kind: 'music', path: '/home/ann/Music' }],
}

/** A fresh pinia with a session whose relay nobody serves: a test that forgets to stand in for a request fails. */
export function freshStores(): void {
  setActivePinia(createPinia())
  useSessionStore().session = aSession
}

export interface PendingRequest {
  url: URL
  signal: AbortSignal | null
  answer(body: unknown): Promise<void>
  fail(status: number, body: unknown): Promise<void>
}

/** Stands where the network is: every request waits until the test answers it, in any order. */
export function holdRequests(): PendingRequest[] {
  const pending: PendingRequest[] = []
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) =>
    new Promise<Response>((resolve) => {
      const respond = async (status: number, body: unknown): Promise<void> => {
        resolve(new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }))
        await vi.advanceTimersByTimeAsync(0)
      }
      pending.push({
        url: new URL(url),
        signal: init.signal ?? null,
        answer: (body) => respond(200, body),
        fail: (status, body) => respond(status, body),
      })
    }),
  )
  return pending
}
