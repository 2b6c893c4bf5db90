import { performance } from 'node:perf_hooks'
import type { Log } from '../log/log'

const second = 1_000

/** Lets no more than `linesPerSecond` through to a log, and says how many it left out. A disk and a person can take no more. */
export class LogLimit {
  private begin = Number.NEGATIVE_INFINITY
  private written = 0
  private leftOut = 0

  constructor(
    private readonly log: Log,
    private readonly linesPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  write(level: keyof Log, line: string): void {
    const now = this.now()
    if (now - this.begin >= second) {
      this.end()
      this.begin = now
      this.written = 0
    }
    if (this.written < this.linesPerSecond) this.log[level](line)
    else this.leftOut += 1
    this.written += 1
  }

  /** Says what was left out since it was said last. */
  end(): void {
    if (this.leftOut > 0) this.log.warn(`${this.leftOut} lines left out: too many in one second.`)
    this.leftOut = 0
  }
}
