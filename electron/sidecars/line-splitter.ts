export interface SplitLine {
  text: string
  /** True when the line was longer than allowed; `text` then holds its beginning only. */
  tooLong: boolean
}

const newline = 0x0a
const previewLength = 200

/** Cuts a byte stream into lines, whatever the size of its chunks. Never holds more than `limit` bytes of a line. */
export class LineSplitter {
  private parts: Buffer[] = []
  private length = 0
  private overflowing = false

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): SplitLine[] {
    const lines: SplitLine[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.keep(chunk.subarray(start, end))
      lines.push(this.take())
      start = end + 1
    }
    this.keep(chunk.subarray(start))
    return lines
  }

  /** What came after the last newline, if anything: a writer that died in the middle of a line. */
  end(): SplitLine[] {
    return this.length > 0 || this.overflowing ? [this.take()] : []
  }

  private keep(part: Buffer): void {
    if (this.overflowing || part.length === 0) return
    this.parts.push(part)
    this.length += part.length
    if (this.length <= this.limit) return
    this.overflowing = true
    this.parts = [Buffer.from(Buffer.concat(this.parts).subarray(0, previewLength))]
  }

  private take(): SplitLine {
    const line = { text: Buffer.concat(this.parts).toString('utf8').replace(/\r$/, ''), tooLong: this.overflowing }
    this.parts = []
    this.length = 0
    this.overflowing = false
    return line
  }
}
