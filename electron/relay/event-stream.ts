/** `/events`: a snapshot first, then numbered events, the same for every client. */
import type { WebSocket } from 'ws'
import { applyEvent, type Picture } from '../contract/picture'
import type { NumberedEvent, RelayEvent, RelayMessage, Snapshot } from '../contract/relay'

/** More than this unsent: the client is too slow. It is dropped, and is right again after it reconnects. */
const defaultBufferLimit = 4 * 1024 * 1024
const pingInterval = 15_000
const tooSlow = 1013

export class EventStream {
  private readonly clients = new Map<WebSocket, { answered: boolean }>()
  private readonly pingTimer: NodeJS.Timeout
  private readonly listeners: ((event: RelayEvent) => void)[] = []
  private sequence = 0

  constructor(
    private picture: Picture,
    private readonly bufferLimit = defaultBufferLimit,
  ) {
    this.pingTimer = setInterval(() => this.ping(), pingInterval)
    this.pingTimer.unref()
  }

  get snapshot(): Snapshot {
    return { type: 'snapshot', sequence: this.sequence, ...this.picture }
  }

  get clientCount(): number {
    return this.clients.size
  }

  publish(event: RelayEvent): void {
    this.picture = applyEvent(this.picture, event)
    this.sequence += 1
    const message: NumberedEvent = { type: 'event', sequence: this.sequence, event }
    const text = JSON.stringify(message)
    for (const client of this.clients.keys()) this.send(client, text)
    for (const listener of this.listeners) listener(event)
  }

  /** For main's own parts; they hear an event once it is in the picture. */
  subscribe(listener: (event: RelayEvent) => void): void {
    this.listeners.push(listener)
  }

  connect(client: WebSocket): void {
    const connection = { answered: true }
    this.clients.set(client, connection)
    client.on('pong', () => (connection.answered = true))
    client.on('close', () => this.clients.delete(client))
    // A close always follows, and that is where a client ends.
    client.on('error', () => undefined)
    const snapshot: RelayMessage = this.snapshot
    this.send(client, JSON.stringify(snapshot))
  }

  close(): void {
    clearInterval(this.pingTimer)
    for (const client of this.clients.keys()) client.terminate()
  }

  private send(client: WebSocket, text: string): void {
    if (client.readyState !== client.OPEN) return
    if (client.bufferedAmount > this.bufferLimit) {
      this.clients.delete(client)
      client.close(tooSlow, 'too slow')
      client.terminate()
      return
    }
    client.send(text)
  }

  private ping(): void {
    for (const [client, connection] of this.clients) {
      if (!connection.answered) {
        client.terminate()
        continue
      }
      connection.answered = false
      client.ping()
    }
  }
}
