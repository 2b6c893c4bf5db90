/** Chance that can be repeated: mulberry32 of Tommy Ettinger, a small generator that is good enough to draw lots. */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)]
    if (chosen === undefined) throw new Error('there is nothing to choose from')
    return chosen
  }

  /** Heavier ones are drawn more often. */
  draw<T extends { weight: number }>(choices: readonly T[]): T {
    let at = this.next() * choices.reduce((sum, { weight }) => sum + weight, 0)
    for (const choice of choices) {
      at -= choice.weight
      if (at < 0) return choice
    }
    return this.pick(choices)
  }

  /** Another generator, so that what is drawn from it changes nothing of what is drawn from this one. */
  fork(): Random {
    return new Random(this.below(2 ** 32))
  }
}
