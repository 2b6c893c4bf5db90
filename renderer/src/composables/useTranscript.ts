import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { Problem, Segment } from '@/contract'
import { i18n } from '@/i18n'
import { transcriptLines, type TranscriptLine } from '@/lib/transcript'
import { isAbort, problemOf } from '@/services/problem'
import { useSessionStore } from '@/stores/session'

const PAGE = 200

interface TranscriptState {
  lines: ComputedRef<TranscriptLine[]>
  loading: ShallowRef<boolean>
  problem: ShallowRef<Problem | null>
}

/** The transcript of a recording: first the page around the hit, then, behind it, everything else. */
export function useTranscript(source: () => { itemId: number; around: number | null; version: number | null }): TranscriptState {
  const session = useSessionStore()
  const segments = shallowRef<ReadonlyMap<number, Segment>>(new Map<number, Segment>())
  const loading = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let controller: AbortController | null = null

  watch(
    () => [source().itemId, source().version] as const,
    ([itemId], before) => {
      controller?.abort()
      controller = new AbortController()
      if (before?.[0] !== itemId) segments.value = new Map()
      void load(itemId, source().around, controller.signal)
    },
    { immediate: true },
  )

  async function load(itemId: number, around: number | null, signal: AbortSignal): Promise<void> {
    loading.value = true
    problem.value = null
    const collected = new Map<number, Segment>()
    const add = (more: Segment[]): void => {
      for (const segment of more) collected.set(segment.id, segment)
      segments.value = new Map(collected)
    }
    try {
      const near = await session.api.segments(itemId, { limit: PAGE, around: around ?? undefined }, signal)
      add(near.segments)
      loading.value = false
      for (let offset = 0; offset < near.total; offset += PAGE) {
        const covered = near.offset <= offset && near.offset + near.segments.length >= Math.min(offset + PAGE, near.total)
        if (!covered) add((await session.api.segments(itemId, { limit: PAGE, offset }, signal)).segments)
      }
    } catch (error) {
      if (isAbort(error)) return
      loading.value = false
      const { t } = i18n.global
      problem.value = problemOf(error, { message: t('preview.textFailed'), next_step: t('common.tryAgainSoon') })
    }
  }

  onScopeDispose(() => controller?.abort())
  return { lines: computed(() => transcriptLines(segments.value.values())), loading, problem }
}
