import type { FileHit, Moment } from '../contract'

/** Moments of a file that are shown before "n more moments". */
export const COLLAPSED_MOMENTS = 3

/** One place where the selection can rest: a moment, a file that matched only by its name, or the "more" line of a file. */
export interface Stop {
  key: string
  type: 'moment' | 'file' | 'more'
  hit: FileHit
  moment: Moment | null
}

export interface HitGroup {
  hit: FileHit
  stops: Stop[]
  /** Moments that are not shown yet. */
  hidden: number
}

/** The name of a file stands in its heading: it is no moment inside the file. */
export function contentMoments(hit: FileHit): Moment[] {
  return hit.moments.filter((moment) => moment.kind !== 'name')
}

export function nameMoment(hit: FileHit): Moment | null {
  return hit.moments.find((moment) => moment.kind === 'name') ?? null
}

export function groupHit(hit: FileHit, expanded: boolean): HitGroup {
  const content = contentMoments(hit)
  const nameCount = hit.moments.length - content.length
  if (content.length === 0) {
    return { hit, hidden: 0, stops: [{ key: `file:${hit.item.id}`, type: 'file', hit, moment: nameMoment(hit) }] }
  }
  const shown = expanded ? content : content.slice(0, COLLAPSED_MOMENTS)
  const stops: Stop[] = shown.map((moment) => ({ key: `moment:${moment.segment_id}`, type: 'moment', hit, moment }))
  const hidden = expanded ? 0 : Math.max(content.length, hit.moment_count - nameCount) - shown.length
  if (hidden > 0) stops.push({ key: `more:${hit.item.id}`, type: 'more', hit, moment: null })
  return { hit, stops, hidden }
}

/** Moments with a time, in the order of the recording; for the marks on the time line and for `[` and `]`. */
export function momentsInOrder(moments: readonly Moment[]): Moment[] {
  return moments
    .filter((moment) => moment.kind !== 'name')
    .slice()
    .sort((a, b) => (a.start ?? a.page ?? 0) - (b.start ?? b.page ?? 0) || (a.line ?? 0) - (b.line ?? 0) || a.segment_id - b.segment_id)
}

/** Where the selection goes by `step`; a key that is gone counts as before the first. */
export function stepStop(stops: readonly Stop[], key: string | null, step: 1 | -1): Stop | null {
  if (stops.length === 0) return null
  const at = stops.findIndex((stop) => stop.key === key)
  if (at === -1) return stops[0] ?? null
  return stops[Math.min(stops.length - 1, Math.max(0, at + step))] ?? null
}
