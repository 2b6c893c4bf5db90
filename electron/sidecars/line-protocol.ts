/** backend/contract/events.py as read by the shell: bytes in, valid events and counted bad lines out. */
import Ajv from 'ajv/dist/2020'
import type { SidecarCommand, SidecarEvent } from '../contract/generated/events'
import schema from '../contract/generated/sidecar-event.schema.json'
import { LineSplitter, type SplitLine } from './line-splitter'

const lineLimit = 4 * 1024 * 1024
const previewLength = 200

const ajv = new Ajv({ strict: true, strictTypes: false, discriminator: true, allErrors: false })
const isSidecarEvent = ajv.compile<SidecarEvent>(schema)

export interface BadLine {
  reason: string
  /** The beginning of the line. */
  preview: string
}

export type Line = { event: SidecarEvent } | { bad: BadLine }

function bad(text: string, reason: string): Line {
  return { bad: { reason, preview: text.slice(0, previewLength) } }
}

export function parseLine(text: string): Line {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return bad(text, 'not JSON')
  }
  if (isSidecarEvent(value)) return { event: value }
  return bad(text, ajv.errorsText(isSidecarEvent.errors, { dataVar: 'event' }))
}

export class LineProtocol {
  badLines = 0
  private readonly splitter: LineSplitter

  constructor(limit = lineLimit) {
    this.splitter = new LineSplitter(limit)
  }

  push(chunk: Buffer): Line[] {
    return this.read(this.splitter.push(chunk))
  }

  end(): Line[] {
    return this.read(this.splitter.end())
  }

  private read(lines: SplitLine[]): Line[] {
    const read = lines
      .filter(({ text, tooLong }) => tooLong || text.trim() !== '')
      .map(({ text, tooLong }) => (tooLong ? bad(text, 'line too long') : parseLine(text)))
    this.badLines += read.filter((line) => 'bad' in line).length
    return read
  }
}

export function formatCommand(command: SidecarCommand): string {
  return JSON.stringify(command) + '\n'
}
