import type { RelayMessage } from '@/contract'

export interface RelayLinkOptions {
  url: string
  protocols?: string[]
  /** Returns false when an event is missing. */
  onMessage(message: RelayMessage): boolean
  onState(state: 'connecting' | 'open' | 'lost'): void
  createSocket?: (url: string, protocols: string[]) => WebSocket
}

const FIRST_DELAY = 250
const LONGEST_DELAY = 4000
const SNAPSHOT_PATIENCE = 8000

/** Keeps one connection to the relay: reconnects with a growing delay, and at once when an event was missed. */
export class RelayLink {
  private socket: WebSocket | null = null
  private delay = FIRST_DELAY
  private timer: ReturnType<typeof setTimeout> | null = null
  private closed = false

  constructor(private readonly options: RelayLinkOptions) {}

  open(): void {
    this.closed = false
    this.connect()
  }

  close(): void {
    this.closed = true
    this.clearTimer()
    this.drop()
  }

  private connect(): void {
    this.clearTimer()
    const create = this.options.createSocket ?? ((url, protocols) => new WebSocket(url, protocols))
    const socket = create(this.options.url, this.options.protocols ?? [])
    this.socket = socket
    this.timer = setTimeout(() => this.retry(), SNAPSHOT_PATIENCE)
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.socket) this.receive(event.data)
    }
    socket.onclose = () => {
      if (socket === this.socket) this.retry()
    }
  }

  private receive(data: unknown): void {
    const message = parse(data)
    if (!message) return
    if (!this.options.onMessage(message)) {
      this.drop()
      this.options.onState('connecting')
      this.connect()
      return
    }
    if (message.type === 'snapshot') {
      this.clearTimer()
      this.delay = FIRST_DELAY
      this.options.onState('open')
    }
  }

  private retry(): void {
    this.drop()
    if (this.closed) return
    this.options.onState('lost')
    this.clearTimer()
    this.timer = setTimeout(() => this.connect(), this.delay)
    this.delay = Math.min(LONGEST_DELAY, this.delay * 2)
  }

  private drop(): void {
    const socket = this.socket
    this.socket = null
    socket?.close()
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}

function parse(data: unknown): RelayMessage | null {
  if (typeof data !== 'string') return null
  try {
    const message = JSON.parse(data) as { type?: unknown }
    return message.type === 'snapshot' || message.type === 'event' ? (message as RelayMessage) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
