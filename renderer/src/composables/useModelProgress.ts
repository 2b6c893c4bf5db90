import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ModelEntry } from '@/contract'
import { useFormat } from './useFormat'

/** "62 MB of 139 MB · 4.1 MB/s · 19 s left", as far as it is known. */
export function useModelProgress(entry: () => ModelEntry | null): { text: ComputedRef<string>; percent: ComputedRef<string> } {
  const { t } = useI18n()
  const { bytes, span } = useFormat()
  const text = computed(() => {
    const progress = entry()?.progress
    if (!progress) return ''
    return [
      progress.total === null ? bytes(progress.bytes) : t('progress.of', { done: bytes(progress.bytes), total: bytes(progress.total) }),
      progress.rate === null ? '' : t('models.rate', { size: bytes(progress.rate) }),
      progress.seconds_left === null ? '' : t('progress.left', { time: span(progress.seconds_left) }),
    ].filter((part) => part !== '').join(' · ')
  })
  const percent = computed(() => {
    const share = entry()?.progress?.progress
    return share === null || share === undefined ? '' : `${Math.floor(share)} %`
  })
  return { text, percent }
}
