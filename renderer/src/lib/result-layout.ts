import type { HitGroup } from './search-stops'

/** Heights in CSS pixels at the root font size of 16; ResultFile.vue hands them to its styles as custom properties. */
export const resultHeights = { head: 48, moment: 54, more: 30, gap: 10 } as const

/** Exact, so that the virtual list never has to measure and nothing jumps. */
export function groupHeight(group: HitGroup): number {
  const moments = group.stops.filter((stop) => stop.type === 'moment').length
  const more = group.hidden > 0 ? resultHeights.more : 0
  return resultHeights.head + moments * resultHeights.moment + more + resultHeights.gap
}

/** Scroll offset that keeps the first visible file where it was after the results changed; the old offset when that file is gone. */
export function anchoredOffset(before: readonly HitGroup[], after: readonly HitGroup[], offset: number): number {
  if (offset <= 0) return 0
  let top = 0
  for (const group of before) {
    const height = groupHeight(group)
    if (top + height > offset) {
      const within = offset - top
      let newTop = 0
      for (const candidate of after) {
        if (candidate.hit.item.id === group.hit.item.id) return newTop + Math.min(within, groupHeight(candidate) - 1)
        newTop += groupHeight(candidate)
      }
      return offset
    }
    top += height
  }
  return offset
}

/** Where a stop lies in the list, in CSS pixels; the first stop of a file brings the file's heading with it. */
export function stopBox(groups: readonly HitGroup[], key: string): { top: number; bottom: number } | null {
  let top = 0
  for (const group of groups) {
    const at = group.stops.findIndex((stop) => stop.key === key)
    if (at !== -1) {
      const stop = group.stops[at]
      if (stop?.type === 'file') return { top, bottom: top + resultHeights.head }
      const stopTop = top + resultHeights.head + at * resultHeights.moment
      const height = stop?.type === 'more' ? resultHeights.more : resultHeights.moment
      return { top: at === 0 ? top : stopTop, bottom: stopTop + height }
    }
    top += groupHeight(group)
  }
  return null
}
