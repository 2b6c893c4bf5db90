import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RelayLink } from '@/lib/relay-link'

class FakeSocket {
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  closed = false
  close(): void {
    this.closed = true
  }
  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) })
  }
}

describe('RelayLink', () => {
  let sockets: FakeSocket[]
  let states: string[]
  let accept: boolean
  let link: RelayLink
  const newest = (): FakeSocket => {
    const socket = sockets[sockets.length - 1]
    if (!socket) throw new Error('no socket')
    return socket
  }

  beforeEach(() => {
    vi.useFakeTimers()
    sockets = []
    states = []
    accept = true
    link = new RelayLink({
      url: 'ws://relay/events',
      onMessage: () => accept,
      onState: (state) => states.push(state),
      createSocket: () => {
        const socket = new FakeSocket()
        sockets.push(socket)
        return socket as unknown as WebSocket
      },
    })
    link.open()
  })
  afterEach(() => {
    link.close()
    vi.useRealTimers()
  })

  it('is open with the snapshot, not before', () => {
    expect(states).toEqual([])
    newest().say({ type: 'snapshot' })
    expect(states).toEqual(['open'])
  })

  it('reconnects at once when an event is missing, for a new snapshot', () => {
    newest().say({ type: 'snapshot' })
    accept = false
    newest().say({ type: 'event', sequence: 99 })
    expect(sockets).toHaveLength(2)
    expect(sockets[0]?.closed).toBe(true)
    accept = true
    newest().say({ type: 'snapshot' })
    expect(states).toEqual(['open', 'connecting', 'open'])
  })

  it('waits longer after each failure, and starts over after a success', () => {
    const delays: number[] = []
    for (let round = 0; round < 6; round += 1) {
      const before = sockets.length
      newest().onclose?.()
      let waited = 0
      while (sockets.length === before) {
        vi.advanceTimersByTime(50)
        waited += 50
      }
      delays.push(waited)
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 4000])
    newest().say({ type: 'snapshot' })
    newest().onclose?.()
    const before = sockets.length
    vi.advanceTimersByTime(250)
    expect(sockets).toHaveLength(before + 1)
  })

  it('gives up on a socket that never brings a snapshot', () => {
    vi.advanceTimersByTime(8300)
    expect(sockets).toHaveLength(2)
    expect(sockets[0]?.closed).toBe(true)
  })

  it('ignores what is no message, and an old socket', () => {
    const old = newest()
    old.say('{broken')
    old.say({ type: 'something-new' })
    expect(states).toEqual([])
    old.onclose?.()
    vi.advanceTimersByTime(250)
    old.say({ type: 'snapshot' })
    expect(states).toEqual(['lost'])
  })

  it('stays closed once closed', () => {
    link.close()
    newest().onclose?.()
    vi.advanceTimersByTime(60_000)
    expect(sockets).toHaveLength(1)
  })
})
