import { describe, expect, it } from 'vitest'
import type { SidecarEvent } from '../../../../electron/contract/generated/events'
import { formatCommand, LineProtocol, parseLine, type Line } from '../../../../electron/sidecars/line-protocol'

const heartbeat: SidecarEvent = { type: 'heartbeat', uptime: 1.5, memory: 4096 }
const progress: SidecarEvent = {
  type: 'job-progress',
  item_id: 3,
  name: 'Übung 🎧.mp3',
  stage: 'transcribing',
  done: 41,
  total: 180,
  unit: 'seconds',
  seconds_left: null,
}
const stream = Buffer.from([heartbeat, progress, heartbeat].map((event) => JSON.stringify(event)).join('\r\n\n') + '\n')

function eventsOf(lines: Line[]): SidecarEvent[] {
  return lines.flatMap((line) => ('event' in line ? [line.event] : []))
}

describe('LineProtocol', () => {
  it('reads the same events at every chunk size', () => {
    for (let size = 1; size <= stream.length; size += 1) {
      const protocol = new LineProtocol()
      const events: SidecarEvent[] = []
      for (let start = 0; start < stream.length; start += size) events.push(...eventsOf(protocol.push(stream.subarray(start, start + size))))
      expect(events).toEqual([heartbeat, progress, heartbeat])
      expect(protocol.badLines).toBe(0)
    }
  })

  it('counts a line that is too long, keeps none of it, and goes on', () => {
    const protocol = new LineProtocol(1000)
    const lines = [...protocol.push(Buffer.alloc(600, 'x')), ...protocol.push(Buffer.alloc(5000, 'x')), ...protocol.push(Buffer.from(`\n${JSON.stringify(heartbeat)}\n`))]
    expect(lines).toEqual([{ bad: { reason: 'line too long', preview: 'x'.repeat(200) } }, { event: heartbeat }])
    expect(protocol.badLines).toBe(1)
  })

  it('counts what a dying writer left behind', () => {
    const protocol = new LineProtocol()
    expect(protocol.push(Buffer.from('{"type":"hear'))).toEqual([])
    expect(protocol.end()).toMatchObject([{ bad: { reason: 'not JSON' } }])
  })
})

describe('parseLine', () => {
  it.each([
    ['not JSON', 'hello'],
    ['an unknown type', '{"type":"surprise"}'],
    ['no type', '{}'],
    ['a missing field', '{"type":"heartbeat","uptime":1}'],
    ['a wrong type', '{"type":"heartbeat","uptime":"1","memory":2}'],
    ['an unknown field', '{"type":"heartbeat","uptime":1,"memory":2,"mood":"good"}'],
    ['an unknown enumeration value', JSON.stringify({ ...progress, stage: 'dreaming' })],
    ['a number', '42'],
    ['null', 'null'],
  ])('refuses %s', (_what, text) => {
    expect(parseLine(text)).toHaveProperty('bad')
  })
})

it('a command is one line', () => {
  expect(formatCommand({ type: 'shutdown' })).toBe('{"type":"shutdown"}\n')
})
