import type { RunningProcess } from '../../../test/support/processes'
import type { Kind } from '../plan'
import type { Random } from '../random'
import type { Scene } from '../scene'

export interface Fault extends Kind {
  /** Why this machine cannot do it; null when it can. Asked once, before the first fault. */
  hindrance?(scene: Scene): Promise<string | null>
  inject(scene: Scene, random: Random, number: number): Promise<Injected>
}

export interface Injected {
  /** What exactly was done, for the log. */
  what: string
  /** Processes that have to end by it. */
  gone?: RunningProcess[]
}

export const modules = ['search_server', 'audioprocessor'] as const
export type Module = (typeof modules)[number]

export function named({ pid }: RunningProcess, what: string): string {
  return `${what} ${pid}`
}
