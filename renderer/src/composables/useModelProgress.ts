import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ModelEntry } from '@/contract'
import { useFormat } from './useFormat'

/** "62 MB of 139 MB · 4.1 MB/s · 19 s left", as far as it is known. */
export function useModelProgress(entry: () => ModelEntry | null): { text: ComputedRef<string>; percent: ComputedRef<string>; left: ComputedRef<string> } {
  const { t } = useI18n()
  const { bytes, percent: format, span } = useFormat()
  const left = computed(() => {
    const seconds = entry()?.progress?.seconds_left ?? null
    return seconds === null ? '' : t('progress.left', { time: span(Math.max(1, seconds)) })
  })
  const text = computed(() => {
    const progress = entry()?.progress
    if (!progress) return ''
    return [
      progress.total === null ? bytes(progress.bytes) : t('progress.of', { done: bytes(progress.bytes), total: bytes(progress.total) }),
      progress.rate === null ? '' : t('models.rate', { size: bytes(progress.rate) }),
      left.value,
    ].filter((part) => part !== '').join(' · ')
  })
  const percent = computed(() => {
    const share = entry()?.progress?.progress
    return share === null || share === undefined ? '' : format(share)
  })
  return { text, percent, left }
}
