import type { Segment } from '../contract'

/** Speech and sounds of a recording in the order in which they are heard; a segment without a time is no line of it. */
export function transcriptLines(segments: Iterable<Segment>): Segment[] {
  const lines = [...segments].filter((segment) => (segment.kind === 'speech' || segment.kind === 'sound') && segment.start !== null)
  return lines.sort((a, b) => (a.start ?? 0) - (b.start ?? 0) || (a.kind === b.kind ? a.ordinal - b.ordinal : a.kind === 'speech' ? -1 : 1))
}

/** Index of the speech line under `time` (the last that has begun), else of the sound; -1 before the first. */
export function lineAt(lines: readonly Segment[], time: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((lines[middle]?.start ?? 0) <= time) low = middle + 1
    else high = middle
  }
  const last = low - 1
  for (let at = last; at >= 0; at -= 1) {
    const line = lines[at]
    if (line?.kind === 'speech') return (line.end ?? line.start ?? 0) >= time ? at : last
  }
  return last
}
