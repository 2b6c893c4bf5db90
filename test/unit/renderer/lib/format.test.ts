import { describe, expect, it } from 'vitest'
import { formatBytes, formatClock, formatMoment, spanOf } from '@/lib/format'

describe('formatClock', () => {
  it.each([[0, '0:00'], [41.9, '0:41'], [727, '12:07'], [3723, '1:02:03'], [-3, '0:00'], [Number.NaN, '0:00'], [Infinity, '0:00']])('%s is %s', (seconds, text) => {
    expect(formatClock(seconds)).toBe(text)
  })
})

describe('spanOf', () => {
  it('uses the unit a person would', () => {
    expect(spanOf(41.4)).toEqual({ unit: 'seconds', seconds: 41 })
    expect(spanOf(180)).toEqual({ unit: 'minutes', minutes: 3 })
    expect(spanOf(3600 * 2 + 59 * 60 + 40)).toEqual({ unit: 'hours', hours: 3, minutes: 0 })
  })
})

describe('formatMoment', () => {
  it('names the day only where it is another', () => {
    const now = new Date(2024, 4, 20, 15, 30)
    const at = (day: number): string => formatMoment(new Date(2024, 4, day, 9, 5).getTime() / 1000, 'de', now)
    expect([at(20), at(19)]).toEqual(['09:05', '19.05.2024, 09:05'])
  })
})

describe('formatBytes', () => {
  it.each([[0, '0 bytes'], [145_262_807, '139 MB'], [1536, '1.5 kB'], [1_048_575, '1 MB'], [5_000_000_000_000, '4.5 TB']])('%s is %s', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text)
  })

  it('speaks the language of the window', () => {
    expect(formatBytes(1536, 'de')).toBe('1,5 kB')
  })
})
