/** Whatever a sidecar writes between its events, in whatever pieces it arrives: events are read, rubbish is counted, nothing is kept. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SidecarEvent } from '../../../../electron/contract/generated/events'
import { LineProtocol, type Line } from '../../../../electron/sidecars/line-protocol'

const limit = 300
const newline = 0x0a

const event = fc.oneof(
  fc.record({ type: fc.constant('heartbeat' as const), uptime: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), memory: fc.nat() }),
  fc.record({ type: fc.constant('bye' as const), reason: fc.string({ unit: 'binary', maxLength: 20 }) }),
)

/** A line that is no event: bytes of every value, half an event, or more than a line may be. */
const rubbish = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== newline))),
  event.map((entry) => Buffer.from(JSON.stringify(entry).slice(0, -1))),
  fc.integer({ min: limit + 1, max: 3 * limit }).map((length) => Buffer.alloc(length, 'x')),
  fc.constantFrom('', '\r', '{}', 'null', '[]', '"', '{"type":"ready"}', '\ud800', '\u2028').map((text) => Buffer.from(text)),
)

const entry = fc.oneof(
  event.map((value) => ({ value, bytes: Buffer.from(JSON.stringify(value)) })),
  rubbish.map((bytes) => ({ value: null, bytes })),
)

function isSeen(bytes: Buffer): boolean {
  return bytes.length > limit || bytes.toString('utf8').trim() !== ''
}

function read(protocol: LineProtocol, stream: Buffer, sizes: number[]): Line[] {
  const lines: Line[] = []
  for (let start = 0, turn = 0; start < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    lines.push(...protocol.push(stream.subarray(start, start + size)))
    start += size
  }
  return [...lines, ...protocol.end()]
}

it('reads every event and counts every other line, in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), fc.boolean(), (entries, sizes, isLastWhole) => {
      const stream = Buffer.concat(entries.flatMap(({ bytes }, index) => (isLastWhole || index < entries.length - 1 ? [bytes, Buffer.from('\n')] : [bytes])))
      const protocol = new LineProtocol(limit)
      const lines = read(protocol, stream, sizes)
      const expected = entries.filter(({ bytes }) => isSeen(bytes)).map(({ value }): SidecarEvent | 'bad' => value ?? 'bad')
      expect(lines.map((line) => ('event' in line ? line.event : 'bad'))).toEqual(JSON.parse(JSON.stringify(expected)))
      expect(protocol.badLines).toBe(expected.filter((line) => line === 'bad').length)
      for (const line of lines) if ('bad' in line) expect(line.bad.preview.length).toBeLessThanOrEqual(200)
    }),
    { numRuns: 1_000 },
  )
})

it('reads the same at every size of the pieces', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
      const stream = Buffer.concat(entries.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]))
      const whole = read(new LineProtocol(limit), stream, [stream.length])
      for (let size = 1; size < Math.min(stream.length, 100); size += 1) expect(read(new LineProtocol(limit), stream, [size])).toEqual(whole)
    }),
    { numRuns: 50 },
  )
})
