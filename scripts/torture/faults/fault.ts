import { setTimeout as sleep } from 'node:timers/promises'
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

export function named({ pid }: RunningProcess, what: string): string {
  return `${what} ${pid}`
}

/** Lets a state last for a random number of seconds, and says how long. */
export async function lasting(random: Random, least: number, most: number): Promise<string> {
  const seconds = random.between(least, most)
  await sleep(seconds * 1000)
  return `for ${seconds.toFixed(1)} s`
}
