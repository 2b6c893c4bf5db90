import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useFormat } from '@/composables/useFormat'
import type { Update, Updates } from '@/contract'

interface UpdateWords {
  words: ComputedRef<string>
  /** Further sentences. */
  more: ComputedRef<string[]>
  /** "62 MB of 139 MB · 4.1 MB/s · 19 s left", as far as it is known. */
  amount: ComputedRef<string>
  downloadLabel: ComputedRef<string>
}

/** The state of updates in sentences. */
export function useUpdateWords(updates: () => Updates): UpdateWords {
  const { t } = useI18n()
  const { bytes, date, moment, span } = useFormat()

  const words = computed(() => {
    const { state, lookedAt } = updates()
    switch (state.phase) {
      case 'off':
        return t(`updates.off.${state.reason}`)
      case 'idle':
        return lookedAt === null ? t('updates.notLooked') : t('updates.newest', { time: moment(lookedAt / 1000, new Date()) })
      case 'looking':
        return t('updates.looking')
      case 'available':
        return t('updates.available', { version: state.update.version })
      case 'downloading':
        return t('updates.downloading', { version: state.update.version })
      case 'ready':
        return t('updates.ready', { version: state.update.version })
      case 'failed':
        return t(`updates.failed.${state.during}`)
    }
  })

  const more = computed(() => {
    const { state, way } = updates()
    if (state.phase === 'ready') return [t('updates.readyHint')]
    if (state.phase === 'failed') return [t('updates.stays')]
    if (state.phase !== 'available') return []
    // A package of another kind has another size.
    const update = way === 'package' ? { ...state.update, size: null } : state.update
    return [factsOf(update), way === 'app' ? '' : t(`updates.way.${way}`)].filter((line) => line !== '')
  })

  function factsOf({ size, date: published }: Update): string {
    const parts = [published === null ? '' : t('updates.published', { date: date(Date.parse(published) / 1000) }), size === null ? '' : bytes(size)]
    return parts.filter((part) => part !== '').join(' · ')
  }

  const amount = computed(() => {
    const { state } = updates()
    if (state.phase !== 'downloading') return ''
    const { bytes: done, total, rate } = state
    const left = total !== null && rate !== null && rate > 0 ? t('progress.left', { time: span(Math.max(1, (total - done) / rate)) }) : ''
    const count = total === null ? bytes(done) : t('progress.of', { done: bytes(done), total: bytes(total) })
    return [count, rate === null ? '' : t('models.rate', { size: bytes(rate) }), left].filter((part) => part !== '').join(' · ')
  })

  const downloadLabel = computed(() => {
    const { state } = updates()
    const size = 'update' in state ? (state.update?.size ?? null) : null
    const again = state.phase === 'failed'
    if (size === null) return t(again ? 'updates.downloadAgain' : 'updates.download')
    return t(again ? 'updates.downloadAgainSize' : 'updates.downloadSize', { size: bytes(size) })
  })

  return { words, more, amount, downloadLabel }
}
