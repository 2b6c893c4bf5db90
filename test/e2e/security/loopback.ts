/** The ports of the app as other programs and web pages on this machine see them. */
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { expect, test } from '@playwright/test'
import { WebSocket } from 'ws'
import { environmentOf, listeningPorts } from '../../support/listening'
import type { Attacked } from './attacked'

const own = 'app://contentcache'
const foreign = 'https://evil.example'

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

async function ask(port: number, path: string, headers: http.OutgoingHttpHeaders = {}, method = 'GET', body?: string): Promise<Answer> {
  const request = http.request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }
}

/** Everything that comes back for these bytes until the connection ends. */
async function raw(port: number, text: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => (answer += data.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(text)
  socket.setTimeout(5000, () => socket.destroy())
  await once(socket, 'close')
  return answer
}

/** A connection on which nothing is ever said; resolves to how many seconds it was kept. */
export function silentConnection(port: number): Promise<number> {
  const since = Date.now()
  const socket = net.connect(port, '127.0.0.1').on('error', () => undefined)
  return new Promise((resolve) => socket.on('close', () => resolve((Date.now() - since) / 1000)))
}

export function attacksOnLoopback(attacked: () => Attacked): void {
  test('every port is on 127.0.0.1, and only main and search_server have one', () => {
    const { app, relay, search } = attacked()
    const ports = app.processes().flatMap(({ pid, command }) => listeningPorts(pid).map((found) => ({ ...found, pid, command })))
    expect(ports.filter(({ address }) => address !== '0100007F')).toEqual([])
    const ofMain = ports.filter(({ pid }) => pid === app.main.pid).map(({ port }) => port)
    expect(ofMain).toContain(relay.port)
    const others = ports.filter(({ port }) => !ofMain.includes(port))
    expect(others.map(({ pid, port }) => [pid, port])).toEqual([[search.pid, search.port]])
    expect(ports.filter(({ port, pid }) => port === relay.port && pid !== app.main.pid)).toEqual([])
  })

  test('the relay refuses wrong hosts, origins, tokens, methods and sizes', async () => {
    const { port, token } = attacked().relay
    const mine = { origin: own, authorization: `Bearer ${token}` }
    expect((await ask(port, '/api/status', mine)).status).toBe(200)
    const refusals: [number, string, http.OutgoingHttpHeaders, string?, string?][] = [
      // DNS rebinding: a name of the attacker's that leads here.
      [400, '/api/status', { ...mine, host: `evil.example:${port}` }],
      [400, '/api/status', { ...mine, host: `localhost:${port}` }],
      [400, '/api/status', { ...mine, host: '127.0.0.1' }],
      [400, '/media/1', { authorization: mine.authorization, host: 'evil.example' }],
      [403, '/api/status', { ...mine, origin: foreign }],
      [403, '/api/status', { ...mine, origin: 'null' }],
      [403, '/api/status', { ...mine, origin: `${own}.evil.example` }],
      [403, '/api/status', { ...mine, origin: `http://127.0.0.1:${port}` }],
      [403, '/api/status', { authorization: mine.authorization }],
      [403, '/media/1', { ...mine, origin: foreign }],
      [401, '/api/status', { origin: own }],
      [401, '/media/1', {}],
      [401, '/thumbnail/1', {}],
      [401, '/api/status', { origin: own, authorization: `Bearer ${token.slice(0, -1)}` }],
      [401, '/api/status', { origin: own, authorization: `Bearer ${token}x` }],
      [401, '/api/status', { origin: own, authorization: `Basic ${token}` }],
      [401, '/api/status', { origin: own, authorization: `Bearer ${attacked().search.secret}` }],
      [401, `/api/status?token=${token}`, { origin: own }],
      [403, '/api/status', { origin: foreign, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }, 'OPTIONS'],
      [405, '/api/roots', mine, 'POST', '{"path":"/etc"}'],
      [405, '/api/roots/1', mine, 'DELETE'],
      [405, '/api/status', mine, 'PUT'],
      [405, '/api/status', mine, 'TRACE'],
      [413, '/api/status', { ...mine, 'content-length': 5 }, 'GET', 'hello'],
      [414, `/api/search?q=${'a'.repeat(5000)}`, mine],
      [431, '/api/status', { ...mine, 'x-long': 'x'.repeat(20_000) }],
    ]
    for (const [status, path, headers, method, body] of refusals) {
      const answer = await ask(port, path, headers, method, body)
      const told = `${method ?? 'GET'} ${path.slice(0, 60)} ${JSON.stringify(headers).slice(0, 120)}`
      expect(answer.status, told).toBe(status)
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-')), told).toEqual([])
    }
  })

  test('no answer opens the relay to every origin', async () => {
    const { port, token } = attacked().relay
    for (const [path, method] of [['/api/status', 'GET'], ['/api/status', 'OPTIONS'], ['/media/1', 'GET'], ['/nowhere', 'GET']] as const) {
      const { headers } = await ask(port, path, { origin: own, authorization: `Bearer ${token}` }, method)
      expect(headers['access-control-allow-origin']).toBe(own)
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      expect(headers['access-control-allow-headers'] ?? '').not.toMatch(/\*|authorization/i)
    }
  })

  test('requests that are no ordinary requests get nothing', async () => {
    const { port, token } = attacked().relay
    const credentials = `Origin: ${own}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n`
    const host = `Host: 127.0.0.1:${port}\r\n`
    for (const text of [
      `CONNECT 127.0.0.1:${attacked().search.port} HTTP/1.1\r\n${host}${credentials}\r\n`,
      `GET http://127.0.0.1:${attacked().search.port}/status HTTP/1.1\r\n${host}${credentials}\r\n`,
      `GET /api/status HTTP/1.1\r\nHost: evil.example\r\n${host}${credentials}\r\n`,
      `GET /api/status HTTP/1.1\r\n${host}${credentials}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
      `GET /api/status HTTP/1.1\r\n${credentials}\r\n`,
      `GET /api/../media/1 HTTP/1.1\r\n${host}${credentials}\r\n`,
      'GET / HTTP/0.9\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    ]) {
      expect(await raw(port, text), text).not.toMatch(/^HTTP\/1\.[01] 2/)
    }
  })

  test('/events is for the window only', async () => {
    const { port, token } = attacked().relay
    const mine = { authorization: `Bearer ${token}` }
    const attempts: [string, string | undefined, Record<string, string>, number][] = [
      ['/events', foreign, mine, 403],
      ['/events', 'null', mine, 403],
      ['/events', undefined, mine, 403],
      ['/events', own, {}, 401],
      ['/events', own, { authorization: 'Bearer x' }, 401],
      ['/events', own, { ...mine, host: 'evil.example' }, 400],
      ['/api/status', own, mine, 404],
    ]
    for (const [path, origin, headers, status] of attempts) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { ...headers, ...(origin === undefined ? {} : { origin }) } })
      const [error] = (await once(socket, 'error')) as [Error]
      expect(error.message, `${path} ${String(origin)}`).toContain(String(status))
    }
  })

  test('/media and /thumbnail know items, not paths', async () => {
    const { port, token } = attacked().relay
    const paths = ['/media/999999', '/media/0', '/media/-1', '/media/1e3', '/media/01', '/media/9007199254740993123', '/media/../../etc/passwd', '/media/%2e%2e%2fetc%2fpasswd', '/media//etc/passwd', '/media/1%00', '/media/1/../2', '/media/']
    const more = ['/thumbnail/999999', '/thumbnail/../../etc/passwd', '/api/items/1/location', '/api/items/1/../1/location', '/api/health', '/api/openapi.json', '/']
    for (const path of [...paths, ...more]) {
      const answer = await ask(port, path, { origin: own, authorization: `Bearer ${token}` })
      expect(answer.status, path).toBe(404)
      expect(answer.body, path).not.toContain('root:')
    }
  })

  test('search_server answers main alone', async () => {
    const { port, secret } = attacked().search
    expect((await ask(port, '/health', { authorization: `Bearer ${secret}` })).status).toBe(200)
    const refusals: [number, http.OutgoingHttpHeaders][] = [
      [401, {}],
      [401, { authorization: 'Bearer x' }],
      [401, { authorization: `Bearer ${attacked().relay.token}` }],
      [400, { authorization: `Bearer ${secret}`, host: `evil.example:${port}` }],
      [403, { authorization: `Bearer ${secret}`, origin: foreign }],
      [403, { authorization: `Bearer ${secret}`, origin: own }],
    ]
    for (const path of ['/health', '/status', '/items/1/location', '/openapi.json', '/nowhere']) {
      for (const [status, headers] of refusals) {
        const answer = await ask(port, path, headers)
        expect([path, answer.status]).toEqual([path, status])
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      }
    }
    const preflight = await ask(port, '/roots', { origin: foreign, 'access-control-request-method': 'POST' }, 'OPTIONS')
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([403, undefined])
    expect(environmentOf(attacked().search.pid)['CONTENTCACHE_SECRET']).toBe(secret)
  })

}
