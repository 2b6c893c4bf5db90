/** Which faults, in which order, and how long after the one before. The same seed and kinds give the same plan. */
import { Random } from './random'

export interface Kind {
  name: string
  /** How often it is drawn, compared with the others. */
  weight: number
  /** At least so many faults lie between two of this kind; 0 when not given. */
  spacing?: number
  /** It ends the application, which is then launched again. */
  endsMain?: boolean
}

export interface Planned<K extends Kind> {
  /** From 1. */
  number: number
  kind: K
  /** Seconds of undisturbed work before it. */
  wait: number
  /** For the choices within the fault: which file, which process, how long. */
  random: Random
}

const LONGEST_WAIT = 1.2

/**
 * Faults that end the application come first, all others after them: so one and the same main process is seen over most of
 * the faults, up to the end, and what it would leak adds up.
 */
export function planFaults<K extends Kind>(seed: number, count: number, kinds: readonly K[]): Planned<K>[] {
  const random = new Random(seed)
  const ending = kinds.filter(({ endsMain }) => endsMain === true)
  const living = kinds.filter(({ endsMain }) => endsMain !== true)
  const endings = Math.round((count * weightOf(ending)) / weightOf(kinds))
  const drawn = [...drawKinds(random, endings, ending), ...drawKinds(random, count - endings, living)]
  return drawn.map((kind, index) => ({ number: index + 1, kind, wait: random.between(0, LONGEST_WAIT), random: random.fork() }))
}

function weightOf(kinds: readonly Kind[]): number {
  return kinds.reduce((sum, { weight }) => sum + weight, 0)
}

function drawKinds<K extends Kind>(random: Random, count: number, kinds: readonly K[]): K[] {
  const drawn: K[] = []
  while (drawn.length < count) {
    const allowed = kinds.filter((kind) => {
      const spacing = kind.spacing ?? 0
      return spacing === 0 || !drawn.slice(-spacing).includes(kind)
    })
    drawn.push(random.draw(allowed.length > 0 ? allowed : kinds))
  }
  return drawn
}
