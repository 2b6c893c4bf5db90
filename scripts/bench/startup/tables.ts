/** What was measured, for a person. */
import type { AppRun } from './app-run'
import type { BareRun } from './bare-run'
import type { ProcessMemory } from './memory'

export function timesTable(app: AppRun[], bare: BareRun[]): string {
  const reference = median(bare.map(({ seconds }) => seconds))
  const row = (name: string, times: number[]): string =>
    [name.padEnd(34), ...[Math.min(...times), median(times), Math.max(...times)].map((time) => time.toFixed(2).padStart(8)), (median(times) / reference).toFixed(2).padStart(8)].join('')
  return [
    `${''.padEnd(34)}${['min', 'median', 'max', 'ratio'].map((name) => name.padStart(8)).join('')}`,
    row('window drawn', app.map(({ window }) => window)),
    row('first answer by words', app.map(({ words }) => words)),
    row('first answer by meaning', app.map(({ meaning }) => meaning)),
    row('bare sentence-transformers process', bare.map(({ seconds }) => seconds)),
  ].join('\n')
}

export function memoryTable(app: AppRun[], bare: BareRun[]): string {
  const processes = app.at(-1)?.memory ?? []
  const row = ({ name, mebibytes }: ProcessMemory): string => `${name.padEnd(34)}${mebibytes.toFixed(0).padStart(8)}`
  const total = { name: 'the app as a whole', mebibytes: processes.reduce((sum, { mebibytes }) => sum + mebibytes, 0) }
  return [...processes, total, ...(bare.at(-1)?.memory ?? [])].map(row).join('\n')
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}
