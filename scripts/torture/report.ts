/** The counts, for a person, and whether all is well. */
import { dim, green, heading, red, say, yellow } from '../demo/terminal'
import { mebibytes, total, type Rest } from './rest'
import type { SoakReport } from './soak'
import { sum } from './tally'

/** What is wrong, a line each; empty when all holds. */
export function complaints(report: SoakReport, faults: number): string[] {
  const { tally, verdict, grown } = report
  return [
    ...(sum(tally.injected) === faults ? [] : [`${sum(tally.injected)} faults were injected instead of ${faults}`]),
    ...(tally.survived === faults ? [] : [`${faults - tally.survived} faults were not survived`]),
    ...[...tally.setAside].map(([code, times]) => `${times} files were blamed for what was done to their readers: ${code}`),
    ...verdict.lost.map((text) => `lost: ${text}`),
    ...verdict.doubled.map((text) => `doubled: ${text}`),
    ...verdict.other,
    ...tally.orphans.map((command) => `orphan: ${command}`),
    ...grown,
  ]
}

export function print(report: SoakReport, wrong: string[]): void {
  const { tally, verdict, before, after } = report
  heading('Faults injected')
  for (const [kind, times] of [...tally.injected].sort(([a], [b]) => a.localeCompare(b))) say(`${String(times).padStart(5)}  ${kind}`)
  for (const reason of report.hindered) say(yellow(`    0  ${reason}`))

  heading('Result')
  row('faults injected', sum(tally.injected))
  row('survived', tally.survived, tally.survived !== sum(tally.injected))
  row('with a press on Restart', tally.restartsPressed)
  const reasons = [...tally.setAside].map(([code, times]) => `${times} ${code}`).join(', ')
  row('files set aside', sum(tally.setAside), sum(tally.setAside) > 0, reasons)
  row('folders indexed again for more work', tally.indexedAgain)
  row('files on disk', report.files)
  row('items lost', verdict.lost.length, verdict.lost.length > 0)
  row('items doubled', verdict.doubled.length, verdict.doubled.length > 0)
  row('orphan processes', tally.orphans.length, tally.orphans.length > 0)
  rest('descriptors of main at rest', before, after, ({ descriptors }) => String(total(descriptors)))
  rest('objects of main at rest', before, after, ({ heap }) => mebibytes(heap))
  rest('memory of main at rest', before, after, ({ resident }) => mebibytes(resident))
  rest('objects of the window at rest', before, after, ({ windowHeap }) => mebibytes(windowHeap))
  say()
  for (const text of wrong) say(red(text))
  if (wrong.length > 0) say(red(`${wrong.length} things are wrong.`))
  else say(green('Every file is indexed exactly once, and nothing is left behind.'))
}

function row(name: string, value: number, isWrong = false, more = ''): void {
  say(`${name.padEnd(38)} ${isWrong ? red(String(value)) : String(value)}${more === '' ? '' : `  ${dim(more)}`}`)
}

function rest(name: string, before: Rest, after: Rest, of: (at: Rest) => string): void {
  say(`${name.padEnd(38)} ${of(before)} before, ${of(after)} after`)
}
