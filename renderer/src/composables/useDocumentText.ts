import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Problem, Segment } from '@/contract'
import { i18n } from '@/i18n'
import { PagedRows } from '@/lib/paged-rows'
import { isAbort, problemOf } from '@/services/problem'
import { useSessionStore } from '@/stores/session'

const PAGE = 100

interface DocumentText {
  rows: ShallowRef<PagedRows<Segment> | null>
  /** Row of the segment that the text was opened at; null: at its start. */
  hitRow: Ref<number | null>
  problem: ShallowRef<Problem | null>
}

/** The text of a document in pages around a segment; a long book is never loaded whole. */
export function useDocumentText(source: () => { itemId: number; around: number | null; version: number | null }): DocumentText {
  const session = useSessionStore()
  const rows = shallowRef<PagedRows<Segment> | null>(null)
  const hitRow = ref<number | null>(null)
  const problem = shallowRef<Problem | null>(null)
  let controller: AbortController | null = null

  function fail(error: unknown): void {
    const { t } = i18n.global
    problem.value = problemOf(error, { message: t('preview.textFailed'), next_step: t('common.tryAgainSoon') })
  }

  function pagesOf(itemId: number): PagedRows<Segment> {
    return new PagedRows<Segment>(
      async (offset, limit, signal) => {
        const page = await session.api.segments(itemId, { kind: 'text', offset, limit }, signal)
        return { rows: page.segments, offset: page.offset, total: page.total }
      },
      fail,
      PAGE,
    )
  }

  async function locate(itemId: number, around: number | null, keep: boolean, signal: AbortSignal): Promise<void> {
    try {
      const known = keep && around !== null ? rowOf(rows.value, around) : null
      if (known !== null) {
        hitRow.value = known
        return
      }
      const page = await session.api.segments(itemId, { kind: 'text', limit: PAGE, around: around ?? undefined }, signal)
      const target = keep && rows.value ? rows.value : pagesOf(itemId)
      target.take({ rows: page.segments, offset: page.offset, total: page.total })
      const at = page.segments.findIndex((segment) => segment.id === around)
      rows.value = target
      hitRow.value = at === -1 ? null : page.offset + at
      problem.value = null
    } catch (error) {
      if (!isAbort(error)) fail(error)
    }
  }

  watch(
    () => [source().itemId, source().around, source().version] as const,
    ([itemId, around, version], before) => {
      controller?.abort()
      controller = new AbortController()
      const keep = before?.[0] === itemId && before[2] === version
      if (before?.[0] !== itemId) rows.value = null
      hitRow.value = null
      void locate(itemId, around, keep, controller.signal)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    controller?.abort()
    rows.value?.stop()
  })
  return { rows, hitRow, problem }
}

function rowOf(rows: PagedRows<Segment> | null, segmentId: number): number | null {
  for (const [index, segment] of rows?.rows.value ?? []) if (segment.id === segmentId) return index
  return null
}
