/** What is counted while it goes on. */
import type { Item } from '../../electron/contract/generated/contract'

export interface Tally {
  /** By kind. */
  injected: Map<string, number>
  survived: number
  /** A person's help for a sidecar that was lawfully given up, or whose engine does not load. */
  restartsPressed: number
  /** Files that had failed when a person pressed Retry or had them indexed again, by reason. */
  setAside: Map<string, number>
  /** Folders that were indexed again to have work for the next fault. */
  indexedAgain: number
  /** Command lines of processes that outlived the application, or main by more than five seconds. */
  orphans: string[]
}

export function newTally(): Tally {
  return { injected: new Map(), survived: 0, restartsPressed: 0, setAside: new Map(), indexedAgain: 0, orphans: [] }
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

export function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((total, value) => total + value, 0)
}

export function addSetAside(tally: Tally, items: Item[]): void {
  for (const { problem } of items) count(tally.setAside, problem?.code ?? 'no reason')
}
