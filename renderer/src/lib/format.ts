/** A position in a recording as players show it: 0:41, 12:07, 1:02:03. `seconds` from the start. */
export function formatClock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

export type Span =
  | { unit: 'seconds'; seconds: number }
  | { unit: 'minutes'; minutes: number }
  | { unit: 'hours'; hours: number; minutes: number }

/** A length of time in the words a person would use: seconds below 90, minutes below 90, then hours and minutes. */
export function spanOf(seconds: number): Span {
  if (seconds < 90) return { unit: 'seconds', seconds: Math.max(0, Math.round(seconds)) }
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return { unit: 'minutes', minutes }
  return { unit: 'hours', hours: Math.floor(minutes / 60), minutes: minutes % 60 }
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Units of 1024, so that a size here equals the size in the documentation and in most file managers. */
export function formatBytes(bytes: number, locale: string): string {
  let value = bytes
  let unit = 0
  while (value >= 1023.5 && unit < byteUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: byteUnits[unit],
    unitDisplay: unit === 0 ? 'long' : 'short',
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
  }).format(value)
}

/** `percent` 0 to 100, rounded down: 100 % only when it is all there. */
export function formatPercent(percent: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(Math.floor(percent) / 100)
}

/** `unixSeconds` as a moment that may be a minute or a month ago: its time alone when it was on the day of `now`. */
export function formatMoment(unixSeconds: number, locale: string, now: Date): string {
  const sameDay = new Date(unixSeconds * 1000).toDateString() === now.toDateString()
  return sameDay ? new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(unixSeconds * 1000) : formatDate(unixSeconds, locale, true)
}

/** `unixSeconds` as a date a person reads; with `time` when the hour matters. */
export function formatDate(unixSeconds: number, locale: string, time = false): string {
  const options: Intl.DateTimeFormatOptions = time ? { dateStyle: 'medium', timeStyle: 'short' } : { dateStyle: 'medium' }
  return new Intl.DateTimeFormat(locale, options).format(unixSeconds * 1000)
}
