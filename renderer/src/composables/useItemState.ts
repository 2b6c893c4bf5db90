import { useI18n } from 'vue-i18n'
import type { Item, JobProgress } from '@/contract'
import { models } from '@/lib/models'
import { useConnectionStore } from '@/stores/connection'
import { useFormat } from './useFormat'
import { useJobText } from './useJobText'

/** The state of a file in words. */
export function useItemState() {
  const { t } = useI18n()
  const { bytes } = useFormat()
  const { stageText, amount } = useJobText()
  const connection = useConnectionStore()

  const jobOf = (item: Item): JobProgress | null => connection.progress.find((job) => job.item_id === item.id) ?? null

  /** "Needs Whisper (139 MB)", or what an indexed file lacks; empty when nothing is missing. */
  function needsText(item: Item): string {
    if (item.needs.length === 0) return ''
    const names = item.needs.map((id) => `${models[id].name} (${bytes(models[id].bytes)})`).join(', ')
    return item.state === 'indexed' ? t('state.reduced', { models: names }) : t('state.needs', { models: names })
  }

  function stateText(item: Item): string {
    if (item.state === 'needs-model') return needsText(item) || t('state.needs-model')
    if (item.state === 'indexed' && item.needs.length > 0) return needsText(item)
    if (item.state === 'working') {
      const job = jobOf(item)
      return job ? [stageText(job), amount(job)].filter((part) => part !== '').join(' · ') : t('state.working')
    }
    return t(`state.${item.state}`)
  }

  return { jobOf, needsText, stateText }
}
