import type { Log } from '../log/log'
import { LineSplitter, type SplitLine } from './line-splitter'
import { LogLimit } from './log-limit'

const lineLimit = 8 * 1024
const tailLength = 20
const linesPerSecond = 200

/** Sends a sidecar's stderr to its log, not faster than a disk should take it, and remembers the last lines. */
export class StderrLog {
  private readonly splitter = new LineSplitter(lineLimit)
  private readonly limit: LogLimit
  private lastLines: string[] = []

  constructor(log: Log) {
    this.limit = new LogLimit(log, linesPerSecond)
  }

  push(chunk: Buffer): void {
    this.splitter.push(chunk).forEach((line) => this.take(line))
  }

  end(): void {
    this.splitter.end().forEach((line) => this.take(line))
    this.limit.end()
  }

  tail(): string[] {
    return [...this.lastLines]
  }

  private take({ text, tooLong }: SplitLine): void {
    const line = tooLong ? `${text} … (line too long)` : text
    if (line.trim() === '') return
    this.lastLines.push(line)
    if (this.lastLines.length > tailLength) this.lastLines.shift()
    this.limit.write('info', line)
  }
}
