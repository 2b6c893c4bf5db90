/** Does what the window shows hold what was to be found? */
import type { SeenHit, SeenMoment } from '../../test/support/seen'
import type { Expectation, Stop } from './tour'

/** A segment may begin a little before its words: Whisper's times are good to about a second. */
const TOLERANCE = 1.5
/** What was asked for has to be near the top, not somewhere. */
const BEST = 3

/** What is wrong with the hits, in words; empty when all is as expected. */
export function complaints(stop: Stop, hits: SeenHit[]): string[] {
  const found: string[] = []
  for (const name of stop.never ?? []) {
    if (hits.some((hit) => hit.name === name)) found.push(`${name} must not be found`)
  }
  if (stop.expect === null) {
    if (hits.length > 0) found.push(`${hits.length} files were found, and none has it`)
    return found
  }
  const { file } = stop.expect
  const rank = hits.findIndex((hit) => hit.name === file)
  const hit = hits[rank]
  if (hit === undefined) found.push(`${file} was not found`)
  else if (rank >= BEST) found.push(`${file} is only number ${rank + 1}`)
  else if (!hit.moments.some((moment) => fits(moment, stop.expect))) found.push(`${file} was found, but not ${inWords(stop.expect)}`)
  return found
}

function fits(moment: SeenMoment, expect: Expectation | null): boolean {
  if (expect === null || !moment.why.includes(expect.why)) return false
  if (expect.page !== undefined && moment.page !== expect.page) return false
  if (expect.heard && (moment.start === null || !within(moment.start, expect.heard))) return false
  return (expect.marked ?? []).every((word) => moment.marked.some((mark) => mark.toLowerCase() === word.toLowerCase()))
}

function within(start: number, heard: { start: number; end: number }): boolean {
  return start >= heard.start - TOLERANCE && start < heard.end
}

function inWords({ why, page, heard, marked }: Expectation): string {
  const parts = [`by its ${why}`]
  if (page !== undefined) parts.push(`on page ${page}`)
  if (heard) parts.push(`between second ${heard.start} and ${heard.end}`)
  if (marked) parts.push(`with ${marked.map((word) => `"${word}"`).join(', ')} marked`)
  return parts.join(' ')
}
