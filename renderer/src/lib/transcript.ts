import type { Segment } from '@/contract'

/** One line of a transcript: a stretch of speech, or the sounds that begin together. */
export interface TranscriptLine {
  id: number
  kind: 'speech' | 'sound'
  /** Seconds from the start of the recording. */
  start: number
  end: number
  segments: Segment[]
}

/** Sounds that begin within this many seconds of each other are heard as one: "Animal, Dog, Bark". */
const TOGETHER = 0.5

/** Speech and sounds of a recording in the order in which they are heard; a segment without a time is no line of it. */
export function transcriptLines(segments: Iterable<Segment>): TranscriptLine[] {
  const single = [...segments].flatMap(toLine)
  single.sort((a, b) => a.start - b.start || (a.kind === b.kind ? a.id - b.id : a.kind === 'speech' ? -1 : 1))
  const lines: TranscriptLine[] = []
  for (const line of single) {
    const last = lines[lines.length - 1]
    if (last?.kind === 'sound' && line.kind === 'sound' && line.start - last.start < TOGETHER) {
      last.segments.push(...line.segments)
      last.end = Math.max(last.end, line.end)
    } else {
      lines.push(line)
    }
  }
  return lines
}

function toLine(segment: Segment): TranscriptLine[] {
  if ((segment.kind !== 'speech' && segment.kind !== 'sound') || segment.start === null) return []
  return [{ id: segment.id, kind: segment.kind, start: segment.start, end: segment.end ?? segment.start, segments: [segment] }]
}

/** Index of the speech line under `time` (the last that has begun), else of the sound; -1 before the first. */
export function lineAt(lines: readonly TranscriptLine[], time: number): number {
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
    if (line?.kind === 'speech') return line.end >= time ? at : last
  }
  return last
}
