import type { ItemKind, ItemPage, ItemSort, ItemState, Item, Problem, SearchResponse, SegmentKind, SegmentPage, SortOrder } from '@/contract'
import { ProblemError } from './problem'

type QueryValue = string | number | boolean | undefined

export interface SearchQuery {
  q: string
  kind?: ItemKind | undefined
  root?: number | undefined
  item?: number | undefined
  after?: number | undefined
  before?: number | undefined
  offset?: number | undefined
  limit?: number | undefined
  typing?: boolean | undefined
}

export interface ItemQuery {
  root?: number | undefined
  state?: ItemState | undefined
  kind?: ItemKind | undefined
  name?: string | undefined
  sort: ItemSort
  order: SortOrder
  offset: number
  limit: number
}

export interface SegmentQuery {
  kind?: SegmentKind | undefined
  offset?: number | undefined
  limit: number
  around?: number | undefined
}

/** Queries over the relay, which adds search_server's secret. Throws ProblemError, or AbortError when `signal` fires. */
export class LibraryApi {
  constructor(readonly origin: string) {}

  search(query: SearchQuery, signal?: AbortSignal): Promise<SearchResponse> {
    return this.get<SearchResponse>('/api/search', { ...query }, signal)
  }

  items(query: ItemQuery, signal?: AbortSignal): Promise<ItemPage> {
    return this.get<ItemPage>('/api/items', { ...query }, signal)
  }

  item(id: number, signal?: AbortSignal): Promise<Item> {
    return this.get<Item>(`/api/items/${id}`, {}, signal)
  }

  segments(itemId: number, query: SegmentQuery, signal?: AbortSignal): Promise<SegmentPage> {
    return this.get<SegmentPage>(`/api/items/${itemId}/segments`, { ...query }, signal)
  }

  mediaUrl(itemId: number): string {
    return `${this.origin}/media/${itemId}`
  }

  /** Why a media file does not come, when it is not its format. Throws ProblemError; returns when the file can be had. */
  async probeMedia(itemId: number, signal?: AbortSignal): Promise<void> {
    const response = await fetch(this.mediaUrl(itemId), { headers: { range: 'bytes=0-0' }, signal: signal ?? null })
    if (!response.ok) throw await failureOf(response)
    await response.body?.cancel()
  }

  thumbnailUrl(itemId: number, version: number | null): string {
    return `${this.origin}/thumbnail/${itemId}${version === null ? '' : `?v=${Math.round(version)}`}`
  }

  private async get<T>(path: string, query: Record<string, QueryValue>, signal?: AbortSignal): Promise<T> {
    const response = await fetch(`${this.origin}${path}${queryString(query)}`, { signal: signal ?? null, headers: { accept: 'application/json' } })
    if (!response.ok) throw await failureOf(response)
    return (await response.json()) as T
  }
}

function queryString(query: Record<string, QueryValue>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

async function failureOf(response: Response): Promise<Error> {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as { problem?: Problem }
    if (body.problem) return new ProblemError(body.problem)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`)
}
