import { useI18n } from 'vue-i18n'
import { formatClock } from '@/lib/format'

interface Place {
  start: number | null
  page: number | null
  line: number | null
}

/** Where in its file something is, in words: "2:41", "p. 12", "line 40"; empty when the file has no places. */
export function useMomentPlace() {
  const { t } = useI18n()

  function placeOf(place: Place): string {
    if (place.start !== null) return formatClock(place.start)
    if (place.page !== null) return t('place.page', { page: place.page })
    if (place.line !== null) return t('place.line', { line: place.line })
    return ''
  }

  return { placeOf }
}
