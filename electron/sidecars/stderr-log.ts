import type { Log } from '../log/log'
import { LineSplitter, type SplitLine } from './line-splitter'

const lineLimit = 8 * 1024
const tailLength = 20
const linesPerSecond = 200

/** Sends a sidecar's stderr to its log, not faster than a disk should take it, and remembers the last lines. */
export class StderrLog {
  private readonly splitter = new LineSplitter(lineLimit)
  private lastLines: string[] = []
  private second = 0
  private written = 0
  private leftOut = 0

  constructor(
    private readonly log: Log,
    private readonly now: () => number,
  ) {}

  push(chunk: Buffer): void {
    this.splitter.push(chunk).forEach((line) => this.take(line))
  }

  end(): void {
    this.splitter.end().forEach((line) => this.take(line))
    this.reportLeftOut()
  }

  tail(): string[] {
    return [...this.lastLines]
  }

  private take({ text, tooLong }: SplitLine): void {
    const line = tooLong ? `${text} … (line too long)` : text
    if (line.trim() === '') return
    this.lastLines = [...this.lastLines, line].slice(-tailLength)
    const second = Math.floor(this.now() / 1000)
    if (second !== this.second) {
      this.reportLeftOut()
      this.second = second
      this.written = 0
    }
    if (this.written < linesPerSecond) this.log.info(line)
    else this.leftOut += 1
    this.written += 1
  }

  private reportLeftOut(): void {
    if (this.leftOut > 0) this.log.warn(`${this.leftOut} lines left out: too many in one second.`)
    this.leftOut = 0
  }
}
