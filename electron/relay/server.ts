/** The one loopback server of main: events, queries, media. docs/SECURITY.md says who may use it. */
import { randomBytes } from 'node:crypto'
import http from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Log } from '../log/log'
import { messageOf, problem, ProblemError } from '../problem'
import type { SearchClient } from '../search-client'
import { sendProblem } from './answers'
import type { EventStream } from './event-stream'
import { judge, type Admission, type Caller } from './guard'
import { sendMedia } from './media'
import { listenOnLoopback } from './listen'
import { passOn } from './proxy'
import { routeOf } from './routes'

export interface RelayOptions {
  events: EventStream
  client: SearchClient
  /** Origins of our own window. */
  origins: readonly string[]
  log: Log
  /** Proposes a port; the usual one is free when it is proposed. */
  proposePort?: () => Promise<number>
}

export interface Relay {
  /** `http://127.0.0.1:<port>` */
  origin: string
  /** main adds it to the window's requests; it is in no URL and the window never sees it. */
  token: string
  close(): Promise<void>
}

const unknownPath = problem('not-found', 'There is nothing at this address.')
/** The window has one; a few more while it reloads. */
const mostListeners = 16
const mostConnections = 256
const statusOfProblem: Record<string, number> = { 'search-not-ready': 503, 'search-unreachable': 503, 'not-found': 404, 'unknown-item': 404, 'file-gone': 404 }

function callerOf(request: http.IncomingMessage): Caller {
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    host: request.headers.host,
    origin: request.headers.origin,
    authorization: request.headers.authorization,
    contentLength: request.headers['content-length'],
    transferEncoding: request.headers['transfer-encoding'],
  }
}

export async function startRelay({ events, client, origins, log, proposePort }: RelayOptions): Promise<Relay> {
  const token = randomBytes(32).toString('base64url')
  // No request comes before it listens, and then it has the port.
  const admission: Admission = { token, origins, host: '' }
  const server = http.createServer({ maxHeaderSize: 16 * 1024 })
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.maxConnections = mostConnections
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })

  server.on('request', (request, response) => {
    clearTimeout(connections.get(request.socket))
    answer(request, response).catch((error: unknown) => fail(response, error))
  })

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('cross-origin-resource-policy', 'cross-origin')
    const verdict = judge(callerOf(request), admission)
    if (!verdict.admitted) {
      log.warn(`[relay] refused ${verdict.status}: ${verdict.reason}`)
      response.setHeader('connection', 'close')
      sendProblem(response, verdict.status, problem('refused', 'This request was refused.', { detail: verdict.reason }))
      return
    }
    if (request.headers.origin !== undefined) {
      response.setHeader('access-control-allow-origin', request.headers.origin)
      response.setHeader('access-control-expose-headers', 'content-range, accept-ranges, content-length')
      response.setHeader('vary', 'Origin')
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': 'range, if-range' }).end()
      return
    }
    const route = routeOf(request.url ?? '')
    if (route.kind === 'api') await passOn(client, route.path, request, response)
    else if (route.kind === 'thumbnail') await passOn(client, `/items/${route.itemId}/thumbnail`, request, response)
    else if (route.kind === 'media') await sendMedia(client, route.itemId, request, response)
    else sendProblem(response, 404, unknownPath)
  }

  function fail(response: http.ServerResponse, error: unknown): void {
    if (response.headersSent) {
      // The usual case is a player that seeks: it closes the connection in the middle.
      response.destroy()
      return
    }
    if (error instanceof ProblemError) {
      sendProblem(response, statusOfProblem[error.problem.code] ?? 502, error.problem)
      return
    }
    log.error(`[relay] ${messageOf(error)}`)
    sendProblem(response, 500, problem('internal', 'Something went wrong inside the app.', { detail: messageOf(error) }))
  }

  function refusalOfUpgrade(request: http.IncomingMessage): { status: number; reason: string } | null {
    const verdict = judge(callerOf(request), admission)
    if (!verdict.admitted) return verdict
    if (request.url !== '/events') return { status: 404, reason: 'unknown path' }
    return events.clientCount >= mostListeners ? { status: 503, reason: 'too many listeners' } : null
  }

  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    clearTimeout(connections.get(socket))
    socket.on('error', () => socket.destroy())
    const refusal = refusalOfUpgrade(request)
    if (refusal !== null) {
      log.warn(`[relay] refused an upgrade: ${refusal.reason}`)
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => events.connect(webSocket))
  })

  // `headersTimeout` of the older runtimes counts from the first byte: who connects and says nothing would stay for ever.
  const connections = new Map<Duplex, NodeJS.Timeout>()
  server.on('connection', (socket) => {
    const silence = setTimeout(() => socket.destroy(), server.headersTimeout)
    connections.set(socket, silence)
    socket.on('close', () => {
      clearTimeout(silence)
      connections.delete(socket)
    })
  })

  const port = await listenOnLoopback(server, log, proposePort)
  admission.host = `127.0.0.1:${port}`

  return {
    origin: `http://${admission.host}`,
    token,
    close: () =>
      new Promise((resolve) => {
        events.close()
        server.close(() => resolve())
        for (const socket of connections.keys()) socket.destroy()
      }),
  }
}
