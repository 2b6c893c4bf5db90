import { performance } from 'node:perf_hooks'

/**
 * Milliseconds that this program has been awake. The time of day can be set to anything at any moment, so it measures nothing here.
 * And while the machine slept, or this program was stopped, nobody was heard: a longer time between two looks counts as `longestStep`,
 * which is less than the silence that a sidecar is judged by and more than the time between two checks.
 */
export class AwakeClock {
  private elapsed = 0
  private last: number

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly longestStep = 5_000,
  ) {
    this.last = now()
  }

  read(): number {
    const now = this.now()
    this.elapsed += Math.min(Math.max(now - this.last, 0), this.longestStep)
    this.last = now
    return this.elapsed
  }
}
