import { useI18n } from 'vue-i18n'
import { formatBytes, formatClock, formatDate, formatMoment, formatPercent, spanOf } from '@/lib/format'

/** Numbers, dates and lengths of time in the language of the window. */
export function useFormat() {
  const { t, n, locale } = useI18n()

  /** `seconds` as "41 s", "3 min", "1 h 5 min". */
  function span(seconds: number): string {
    const parts = spanOf(seconds)
    if (parts.unit === 'seconds') return t('time.seconds', { seconds: parts.seconds })
    if (parts.unit === 'minutes') return t('time.minutes', { minutes: parts.minutes })
    return t('time.hours', { hours: parts.hours, minutes: parts.minutes })
  }

  return {
    span,
    clock: formatClock,
    number: (value: number) => n(value),
    percent: (value: number) => formatPercent(value, locale.value),
    bytes: (value: number) => formatBytes(value, locale.value),
    date: (unixSeconds: number) => formatDate(unixSeconds, locale.value),
    dateTime: (unixSeconds: number) => formatDate(unixSeconds, locale.value, true),
    moment: (unixSeconds: number, now: Date) => formatMoment(unixSeconds, locale.value, now),
  }
}
