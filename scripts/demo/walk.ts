/** Types each search of the tour, prints what the window shows and whether that is right. */
import type { ModelId } from '../../electron/contract/generated/contract'
import type { AppWindow } from '../../test/support/app-window'
import type { SeenHit, SeenMoment } from '../../test/support/seen'
import { complaints } from './check'
import { bold, dim, green, highlight, red, say, yellow } from './terminal'
import type { Stop } from './tour'

export interface Outcome {
  passed: number
  failed: number
  skipped: number
}

const SHOWN_FILES = 3
const SHOWN_MOMENTS = 2

export async function walk(window: AppWindow, tour: Stop[], missing: ReadonlySet<ModelId>): Promise<Outcome> {
  const outcome = { passed: 0, failed: 0, skipped: 0 }
  for (const stop of tour) {
    say()
    const lacks = stop.needs.filter((model) => missing.has(model))
    if (lacks.length > 0) {
      outcome.skipped += 1
      say(`${yellow('skipped')}  ${bold(stop.query)}  ${dim(`${stop.shows}; needs ${lacks.join(', ')}`)}`)
      continue
    }
    const { hits, message } = await window.search(stop.query)
    const wrong = complaints(stop, hits)
    outcome[wrong.length === 0 ? 'passed' : 'failed'] += 1
    say(`${wrong.length === 0 ? green('found') : red('WRONG')}  ${bold(stop.query)}  ${dim(stop.shows)}`)
    if (hits.length === 0) say(`       ${message}`)
    printHits(hits)
    for (const complaint of wrong) say(`       ${red(complaint)}`)
  }
  return outcome
}

function printHits(hits: SeenHit[]): void {
  for (const hit of hits.slice(0, SHOWN_FILES)) {
    say(`       ${hit.name} ${dim(hit.folder)}`)
    for (const moment of hit.moments.slice(0, SHOWN_MOMENTS)) say(`         ${momentLine(moment)}`)
  }
  if (hits.length > SHOWN_FILES) say(dim(`       and ${hits.length - SHOWN_FILES} more`))
}

function momentLine(moment: SeenMoment): string {
  const place = moment.place ? `${moment.place.padEnd(7)} ` : ''
  return `${place}${withMarks(moment)}  ${dim(`[${moment.why.join(', ')}]`)}`
}

function withMarks({ snippet, marked }: SeenMoment): string {
  let rest = snippet
  let line = ''
  for (const mark of marked) {
    const at = rest.indexOf(mark)
    if (at < 0) continue
    line += rest.slice(0, at) + highlight(mark)
    rest = rest.slice(at + mark.length)
  }
  return line + rest
}
