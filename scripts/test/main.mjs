import { inWords, sum } from './counts.mjs'
import { runStage } from './run-stage.mjs'
import { STAGES } from './stages.mjs'

/**
 * `npm test`: every stage, even after one failed, then a table and the sum. `node scripts/test/main.mjs unit mypy` runs
 * those stages only, after the bootstrap; the end-to-end tests also get the build that they test.
 */
const named = process.argv.slice(2)
const unknown = named.filter((id) => !STAGES.some((stage) => stage.id === id))
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(', ')}. The stages: ${STAGES.map(({ id }) => id).join(', ')}.`)
  process.exit(2)
}

/** @param {import('./stages.mjs').Stage} stage */
function isWanted({ id, onDemand }) {
  if (id === 'bootstrap') return true
  if (named.length === 0) return onDemand !== true
  return named.includes(id) || (id === 'build' && named.includes('e2e'))
}

const outcomes = []
for (const stage of STAGES.filter(isWanted)) {
  console.log(`\n=== ${stage.title}`)
  outcomes.push(await runStage(stage))
}

const width = Math.max(...outcomes.map(({ title }) => title.length))
console.log('\n=== Summary')
for (const { title, verdict, counts, seconds, note } of outcomes) {
  const shown = verdict === 'absent' ? '' : inWords(counts)
  console.log([title.padEnd(width), verdict.padEnd(6), `${seconds.toFixed(1).padStart(6)} s`, shown, note ?? ''].join('  ').trimEnd())
}

const total = sum(outcomes.map(({ counts }) => counts))
console.log(`\n${inWords(total)}`)
process.exitCode = outcomes.some(({ verdict }) => verdict === 'failed') ? 1 : 0
