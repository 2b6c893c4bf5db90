import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { FileHit, Item, ItemKind, Problem, RelayEvent, SearchResponse } from '@/contract'
import { i18n } from '@/i18n'
import { anyDate, dateBounds, type DateFilter } from '@/lib/date-range'
import { Latest } from '@/lib/latest'
import { groupHit } from '@/lib/search-stops'
import { isAbort, problemOf } from '@/services/problem'
import { useConnectionStore } from './connection'
import { useSessionStore } from './session'

const PAGE = 50
/** Files asked for again when results update under the reader. */
const REFRESH_LIMIT = 200
const TYPING_PAUSE = 60
/** One and two letters match so much that they are worth waiting for the next letter. */
const SHORT_TYPING_PAUSE = 180
const REFRESH_PAUSE = 1500

type SearchStatus = 'idle' | 'searching' | 'ready' | 'failed'

/** The question, and the newest answer to it. The last answer stays until the next is there. */
export const useSearchStore = defineStore('search', () => {
  const session = useSessionStore()
  const connection = useConnectionStore()

  const query = ref('')
  const kind = ref<ItemKind | null>(null)
  const rootId = ref<number | null>(null)
  const date = ref<DateFilter>(anyDate)

  const status = ref<SearchStatus>('idle')
  const problem = shallowRef<Problem | null>(null)
  const answer = shallowRef<SearchResponse | null>(null)
  const hits = shallowRef<FileHit[]>([])
  const expanded = shallowRef<ReadonlySet<number>>(new Set<number>())
  const loadingMore = ref(false)
  /** Rises with each answer; `soft` tells an update under the reader from the answer to a new question. */
  const revision = shallowRef({ number: 0, soft: false })

  const groups = computed(() => hits.value.map((hit) => groupHit(hit, expanded.value.has(hit.item.id))))
  const stops = computed(() => groups.value.flatMap((group) => group.stops))
  const filtered = computed(() => kind.value !== null || rootId.value !== null || date.value.preset !== 'any')

  const newest = new Latest()
  const more = new Latest()
  let typingTimer: ReturnType<typeof setTimeout> | undefined
  let refreshTimer: ReturnType<typeof setTimeout> | undefined
  let inFlight = false

  const request = (offset: number, limit: number, signal: AbortSignal): Promise<SearchResponse> =>
    session.api.search(
      {
        q: query.value.trim(),
        kind: kind.value ?? undefined,
        root: rootId.value ?? undefined,
        ...dateBounds(date.value, new Date()),
        offset,
        limit,
        typing: !/\s$/.test(query.value),
      },
      signal,
    )

  async function run(soft: boolean): Promise<void> {
    clearTimeout(typingTimer)
    if (query.value.trim() === '') return
    if (soft && inFlight) {
      refreshSoon()
      return
    }
    inFlight = true
    more.cancel()
    loadingMore.value = false
    if (!soft) status.value = 'searching'
    try {
      const limit = soft ? Math.max(PAGE, Math.min(hits.value.length, REFRESH_LIMIT)) : PAGE
      const outcome = await newest.run((signal) => request(0, limit, signal))
      if (outcome.stale) return
      inFlight = false
      if (!soft) expanded.value = new Set<number>()
      answer.value = outcome.value
      hits.value = outcome.value.hits
      problem.value = null
      status.value = 'ready'
      revision.value = { number: revision.value.number + 1, soft }
    } catch (error) {
      inFlight = false
      if (isAbort(error)) return
      if (soft && status.value === 'ready') {
        refreshSoon()
        return
      }
      problem.value = problemOf(error, searchFailed())
      status.value = 'failed'
    }
  }

  function clear(): void {
    newest.cancel()
    more.cancel()
    inFlight = false
    clearTimeout(typingTimer)
    clearTimeout(refreshTimer)
    refreshTimer = undefined
    loadingMore.value = false
    status.value = 'idle'
    problem.value = null
    answer.value = null
    hits.value = []
    expanded.value = new Set<number>()
    revision.value = { number: revision.value.number + 1, soft: false }
  }

  watch(query, (text, before) => {
    if (text.trim() === '') {
      clear()
      return
    }
    if (text.trim() === before.trim() && /\s$/.test(text) === /\s$/.test(before)) return
    clearTimeout(typingTimer)
    typingTimer = setTimeout(() => void run(false), text.trim().length <= 2 ? SHORT_TYPING_PAUSE : TYPING_PAUSE)
  })
  watch([kind, rootId, date], () => void run(false))

  async function loadMore(): Promise<void> {
    const total = answer.value?.total_files ?? 0
    if (loadingMore.value || status.value !== 'ready' || hits.value.length >= total) return
    loadingMore.value = true
    try {
      const offset = hits.value.length
      const outcome = await more.run((signal) => request(offset, PAGE, signal))
      if (outcome.stale) return
      const known = new Set(hits.value.map((hit) => hit.item.id))
      const fresh = outcome.value.hits.filter((hit) => !known.has(hit.item.id))
      hits.value = [...hits.value, ...fresh]
      if (fresh.length === 0 && answer.value) answer.value = { ...answer.value, total_files: hits.value.length }
    } catch (error) {
      if (!isAbort(error)) problem.value = problemOf(error, searchFailed())
    } finally {
      loadingMore.value = false
    }
  }

  /** "12 more moments": shows what is here at once, and asks for the rest of that file. */
  async function expand(itemId: number): Promise<void> {
    expanded.value = new Set([...expanded.value, itemId])
    const hit = hits.value.find((candidate) => candidate.item.id === itemId)
    if (!hit || hit.moment_count <= hit.moments.length) return
    const { number } = revision.value
    try {
      const response = await session.api.search({ q: query.value.trim(), item: itemId, typing: !/\s$/.test(query.value) })
      const whole = response.hits.find((candidate) => candidate.item.id === itemId)
      if (!whole || number !== revision.value.number || whole.moments.length <= hit.moments.length) return
      hits.value = hits.value.map((candidate) => (candidate.item.id === itemId ? { ...candidate, moments: whole.moments } : candidate))
    } catch (error) {
      problem.value = problemOf(error, searchFailed())
    }
  }

  function dropFilters(): void {
    kind.value = null
    rootId.value = null
    date.value = anyDate
  }

  /** After the library changed: the same question again, at most every REFRESH_PAUSE ms. */
  function refreshSoon(delay = REFRESH_PAUSE): void {
    if (query.value.trim() === '' || refreshTimer !== undefined) return
    refreshTimer = setTimeout(() => {
      refreshTimer = undefined
      void run(true)
    }, delay)
  }

  function replaceItem(item: Item): void {
    if (!hits.value.some((hit) => hit.item.id === item.id)) return
    hits.value = hits.value.map((hit) => (hit.item.id === item.id ? { ...hit, item } : hit))
  }

  let toEmbed = 0
  function onEvent(event: RelayEvent): void {
    if (event.type === 'item-changed') {
      replaceItem(event.item)
      if (event.item.state !== 'working') refreshSoon()
    } else if (event.type === 'item-removed') {
      refreshSoon()
    } else if (event.type === 'engine-changed') {
      if (event.status.engine === 'minilm' && event.status.state === 'ready') refreshSoon(0)
    } else if (event.type === 'library-changed') {
      const left = event.library.queue.to_embed
      if (left < toEmbed) refreshSoon()
      toEmbed = left
    } else if (event.type === 'sidecar-changed') {
      const back = event.sidecar.name === 'search-server' && event.sidecar.state === 'ready'
      if (back && status.value === 'failed') void run(false)
    }
  }
  connection.onEvent(onEvent)
  connection.onSnapshot(() => {
    if (status.value === 'failed') void run(false)
    else refreshSoon(0)
  })

  return {
    query, kind, rootId, date, status, problem, answer, hits, groups, stops, expanded, filtered, loadingMore, revision,
    run, clear, loadMore, expand, dropFilters, refreshSoon,
  }
})

function searchFailed(): { message: string; next_step: string } {
  const { t } = i18n.global
  return { message: t('search.failed'), next_step: t('search.failedNext') }
}
