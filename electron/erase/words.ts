/** What is said at a terminal about erasing everything. */
import path from 'node:path'
import type { Failure, Found, OwnEntry } from './look'
import type { Erased, Refusal, Staying } from './erase-everything'

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** In units of 1024, as the window shows them. */
export function sizeOf(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value.toFixed(unit > 0 && value < 9.95 ? 1 : 0)} ${units[unit] ?? ''}`
}

/** One line for each name in the data folder, however much lies below it; what is elsewhere by its whole path. */
function byName(data: string, entries: readonly OwnEntry[]): [name: string, bytes: number][] {
  const sums = new Map<string, number>()
  for (const { path: place, bytes } of entries) {
    const relative = path.relative(data, place)
    const name = relative.startsWith('..') || path.isAbsolute(relative) ? path.dirname(place) : (relative.split(path.sep)[0] ?? place)
    sums.set(name, (sums.get(name) ?? 0) + bytes)
  }
  return [...sums]
}

export function announcement(data: string, found: Found, modelsElsewhere: string | null): string {
  const lines = byName(data, found.entries).map(([name, bytes]) => `  ${sizeOf(bytes).padStart(8)}  ${name}`)
  const total = found.entries.reduce((sum, { bytes }) => sum + bytes, 0)
  const unreadable = found.unreadable.length === 0 ? [] : ['', 'Cannot be read, and will be left:', ...failures(found.unreadable)]
  const stays = staying({ foreign: found.foreign, linked: found.linked, modelsElsewhere, dataFolder: null })
  return [`ContentCache erases what it keeps in ${data}:`, '', ...lines, `  ${sizeOf(total).padStart(8)}  in all. This cannot be undone.`, ...unreadable, '', ...stays, ''].join('\n')
}

function failures(list: readonly Failure[]): string[] {
  return list.map(({ path: place, reason }) => `  ${place} (${reason})`)
}

function staying({ foreign, linked, modelsElsewhere, dataFolder }: Staying): string[] {
  return [
    'What stays:',
    ...foreign.map((place) => `  ${place} (not ContentCache's)`),
    ...linked.map((place) => `  ${place} (a link led to it)`),
    ...(modelsElsewhere === null ? [] : [`  ${modelsElsewhere} (models, outside of the data folder)`]),
    ...(dataFolder === null ? [] : [`  ${dataFolder} (the folder itself)`]),
    '  your own files, and backups that you saved elsewhere',
  ]
}

export function report(data: string, { bytes, failed, stays }: Erased): string {
  const trouble = failed.length === 0 ? [] : ['', 'Could not be erased:', ...failures(failed), 'Mend that, and run the command again: it erases what is left.']
  return [`Erased ${sizeOf(bytes)} in ${data}.`, ...trouble, '', ...staying(stays), ''].join('\n')
}

export function refusalWords(data: string, refusal: Refusal): string {
  switch (refusal.kind) {
    case 'in-use':
      return `ContentCache runs with the data folder ${data}. Quit it first. Nothing was erased.`
    case 'ending':
      return `A process of ContentCache still works in ${data} (process ${refusal.pids.join(', ')}). Try again when it has ended. Nothing was erased.`
    case 'unchangeable':
      return `${refusal.failure.path} cannot be changed (${refusal.failure.reason}). Nothing was erased.`
  }
}

export const nothingWords = (data: string): string => `There is nothing of ContentCache in ${data}.\n`
export const declinedWords = 'Nothing was erased.\n'
export const question = 'Erase all of it? [y/N] '
export const needsYes = 'There is no terminal to ask at: --erase-everything needs --yes.'
