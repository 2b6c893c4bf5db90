export type DatePreset = 'any' | 'week' | 'month' | 'year' | 'custom'

export interface DateFilter {
  preset: DatePreset
  /** Local days as `YYYY-MM-DD`, inclusive; only with `custom`. */
  from: string
  to: string
}

export const anyDate: DateFilter = { preset: 'any', from: '', to: '' }

const days: Record<Exclude<DatePreset, 'any' | 'custom'>, number> = { week: 7, month: 30, year: 365 }

/** Unix seconds for the search API; a bound that is not set is absent. */
export function dateBounds(filter: DateFilter, now: Date): { after?: number; before?: number } {
  if (filter.preset === 'any') return {}
  if (filter.preset === 'custom') {
    const after = startOfDay(filter.from)
    const lastDay = startOfDay(filter.to)
    const before = lastDay && new Date(lastDay.getFullYear(), lastDay.getMonth(), lastDay.getDate() + 1)
    return { ...(after && { after: after.getTime() / 1000 }), ...(before && { before: before.getTime() / 1000 }) }
  }
  const start = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days[filter.preset])
  return { after: start.getTime() / 1000 }
}

function startOfDay(day: string): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
  if (!match) return null
  return new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
}
