import { useI18n } from 'vue-i18n'
import type { JobProgress } from '@/contract'
import { useFormat } from './useFormat'

/** A job's progress in words: "transcribing", "41 s of 3 min · 12 s left". */
export function useJobText() {
  const { t } = useI18n()
  const { span, number } = useFormat()

  const stageText = (job: JobProgress): string => t(`stage.${job.stage}`)

  function amount(job: JobProgress): string {
    if (job.total === null || job.total <= 0) return ''
    if (job.unit === 'seconds') return t('progress.of', { done: span(job.done), total: span(job.total) })
    const counts = { done: number(Math.round(job.done)), total: number(Math.round(job.total)) }
    return job.unit === 'pages' ? t('progress.pages', counts) : t('progress.segments', counts)
  }

  function doneText(job: JobProgress): string {
    const left = job.seconds_left === null ? '' : t('progress.left', { time: span(Math.max(1, job.seconds_left)) })
    return [amount(job), left].filter((part) => part !== '').join(' · ')
  }

  return { stageText, amount, doneText }
}
