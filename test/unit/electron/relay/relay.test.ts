/** The relay over real sockets, in front of a real HTTP server in search_server's place. */
import { once } from 'node:events'
import { rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import getPort from 'get-port'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { applyEvent, emptyPicture, type Picture } from '../../../../electron/contract/picture'
import type { NumberedEvent, RelayEvent, RelayMessage, Snapshot } from '../../../../electron/contract/relay'
import { EventStream } from '../../../../electron/relay/event-stream'
import { startRelay, type Relay } from '../../../../electron/relay/server'
import { SearchClient } from '../../../../electron/search-client'
import { quiet, recordingLog, temporaryFolder, until } from '../support'

const origin = 'app://contentcache'
const secret = 'the secret of search_server'
const content = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251))

let folder: string
let remove: () => Promise<void>
let upstream: http.Server
let asked: http.IncomingMessage[]
let port: number | null
let events: EventStream
let relay: Relay

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  const file = path.join(folder, 'speech ü.mp3')
  writeFileSync(file, content)
  writeFileSync(path.join(folder, 'empty.wav'), '')
  const locations: Record<string, object> = {
    '/items/1/location': { path: file, root: folder, media_type: 'audio/mpeg', size: content.length },
    '/items/2/location': { path: path.join(folder, 'gone.mp3'), root: folder, media_type: 'audio/mpeg', size: 1 },
    '/items/3/location': { path: folder, root: folder, media_type: 'audio/mpeg', size: 1 },
    '/items/4/location': { path: path.join(folder, 'empty.wav'), root: folder, media_type: 'audio/wav', size: 0 },
  }
  asked = []
  upstream = http.createServer((request, response) => {
    asked.push(request)
    const answer = request.url?.startsWith('/search') ? { query: 'äöü' } : locations[request.url ?? '']
    if (request.url === '/items/1/thumbnail') {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'set-cookie': 'no' }).end(Buffer.from([0xff, 0xd8, 0xff]))
      return
    }
    const failure = { problem: { code: 'unknown-item', message: 'There is no such item.', next_step: null, detail: null } }
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? failure))
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  port = (upstream.address() as AddressInfo).port
  events = new EventStream({ ...emptyPicture, offline: true }, 200_000)
  relay = await startRelay({ events, client: new SearchClient({ port: () => port, secret }), origins: [origin], log: quiet })
})

afterEach(async () => {
  await relay.close()
  upstream.closeAllConnections()
  upstream.close()
  await remove()
})

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

async function ask(target: string, headers: http.OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  // <video> and <img> send no Origin.
  const fromScript = target.startsWith('/api/') ? { origin } : {}
  const request = http.request(relay.origin + target, { method, headers: { ...fromScript, authorization: `Bearer ${relay.token}`, ...headers } })
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }
}

describe('the port', () => {
  it('taken by another program between its choice and its use is left to it, and another one is used', async () => {
    const others: net.Server[] = []
    let proposals = 0
    const log = recordingLog()
    const proposePort = async (): Promise<number> => {
      const proposed = await getPort({ host: '127.0.0.1' })
      proposals += 1
      if (proposals > 2) return proposed
      const other = net.createServer((socket) => socket.end('someone else')).listen(proposed, '127.0.0.1')
      others.push(other)
      await once(other, 'listening')
      return proposed
    }
    const late = await startRelay({ events, client: new SearchClient({ port: () => port, secret }), origins: [origin], log, proposePort })
    try {
      expect(proposals).toBe(3)
      expect(others.map((other) => `http://127.0.0.1:${(other.address() as AddressInfo).port}`)).not.toContain(late.origin)
      const request = http.get(`${late.origin}/api/search?q=a`, { headers: { origin, authorization: `Bearer ${late.token}` } })
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      expect(response.resume().statusCode).toBe(200)
      expect(log.lines.filter((line) => line.includes('was taken by another program'))).toHaveLength(2)
    } finally {
      await late.close()
      for (const other of others) other.close()
    }
  })

  it('that cannot be had for another reason is not asked for again', async () => {
    let proposals = 0
    const proposePort = (): Promise<number> => {
      proposals += 1
      return Promise.resolve(70_000)
    }
    await expect(startRelay({ events, client: new SearchClient({ port: () => port, secret }), origins: [origin], log: quiet, proposePort })).rejects.toThrow(/65536/)
    expect(proposals).toBe(1)
  })
})

describe('/api', () => {
  it('passes a query on with its own secret and the answer back', async () => {
    const answer = await ask('/api/search?q=%C3%A4&limit=5')
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body.toString())).toEqual({ query: 'äöü' })
    expect(answer.headers['access-control-allow-origin']).toBe(origin)
    expect(asked[0]?.url).toBe('/search?q=%C3%A4&limit=5')
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${secret}`)
    expect(JSON.stringify(asked[0]?.headers)).not.toContain(relay.token)
  })

  it('never passes on where a file is', async () => {
    const answer = await ask('/api/items/1/location')
    expect(answer.status).toBe(404)
    expect(asked).toEqual([])
  })

  it('says in a sentence that the library is still starting, or does not answer', async () => {
    const free = await new Promise<number>((resolve) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port: unused } = server.address() as AddressInfo
        server.close(() => resolve(unused))
      })
    })
    for (const [there, code] of [[null, 'search-not-ready'], [free, 'search-unreachable']] as const) {
      port = there
      const answer = await ask('/api/status')
      expect(answer.status).toBe(503)
      expect(JSON.parse(answer.body.toString())).toMatchObject({ problem: { code } })
    }
  })

  it.each<[string, http.OutgoingHttpHeaders, number]>([
    ['a wrong token', { authorization: 'Bearer x' }, 401],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['another host', { host: 'evil.example' }, 400],
  ])('refuses %s and asks nobody', async (_what, headers, status) => {
    const answer = await ask('/api/status', headers)
    expect(answer.status).toBe(status)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(asked).toEqual([])
  })

  it('refuses headers beyond 16 KiB', async () => {
    expect((await ask('/api/status', { 'x-long': 'x'.repeat(20_000) })).status).toBe(431)
  })

  it('listens on loopback only', () => {
    expect(relay.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})

describe('/media', () => {
  it('sends the whole file with its type', async () => {
    const answer = await ask('/media/1')
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({ 'content-type': 'audio/mpeg', 'accept-ranges': 'bytes', 'content-length': String(content.length), 'x-content-type-options': 'nosniff' })
    expect(answer.body.equals(content)).toBe(true)
  })

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=300000-', 300_000, content.length],
    ['bytes=1000-2000', 1000, 2001],
    ['bytes=-5', content.length - 5, content.length],
  ])('%s is a 206 of exactly these bytes', async (range, start, end) => {
    const answer = await ask('/media/1', { range })
    expect(answer.status).toBe(206)
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${content.length}`)
    expect(answer.body.equals(content.subarray(start, end))).toBe(true)
  })

  it('a range beyond the end is a 416 that says the size', async () => {
    const answer = await ask('/media/1', { range: `bytes=${content.length}-` })
    expect([answer.status, answer.headers['content-range'], answer.body.length]).toEqual([416, `bytes */${content.length}`, 0])
  })

  it('HEAD says the same without the bytes', async () => {
    const answer = await ask('/media/1', { range: 'bytes=0-9' }, 'HEAD')
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([206, '10', 0])
  })

  it('If-Range of a file that has changed since sends the whole', async () => {
    const { headers } = await ask('/media/1', {}, 'HEAD')
    const etag = String(headers.etag)
    expect((await ask('/media/1', { range: 'bytes=0-9', 'if-range': etag })).status).toBe(206)
    const file = path.join(folder, 'speech ü.mp3')
    utimesSync(file, statSync(file).atime, new Date(1_000_000))
    expect((await ask('/media/1', { range: 'bytes=0-9', 'if-range': etag })).status).toBe(200)
  })

  it('an empty file is an empty answer', async () => {
    const answer = await ask('/media/4')
    expect([answer.status, answer.body.length]).toEqual([200, 0])
  })

  it.each([['a file that is gone', 2], ['a folder', 3], ['an unknown item', 99]])('%s is a 404 with a sentence', async (_what, id) => {
    const answer = await ask(`/media/${id}`)
    expect(answer.status).toBe(404)
    const { problem } = JSON.parse(answer.body.toString()) as { problem: { message: string } }
    expect(problem.message).toMatch(/\.$/)
    expect(answer.body.toString()).not.toContain(folder)
  })

  it('a file that became a link is a 404, wherever the link leads', async () => {
    const file = path.join(folder, 'speech ü.mp3')
    for (const target of [path.join(folder, 'empty.wav'), '/etc/hosts']) {
      rmSync(file)
      symlinkSync(target, file)
      expect((await ask('/media/1')).status).toBe(404)
    }
  })

  it('a player that seeks away in the middle does no harm', async () => {
    for (let count = 0; count < 5; count += 1) {
      const request = http.get(`${relay.origin}/media/1`, { headers: { authorization: `Bearer ${relay.token}` } })
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      await once(response, 'data')
      request.destroy()
    }
    expect((await ask('/media/1', { range: 'bytes=0-0' })).status).toBe(206)
  })
})

it('/thumbnail passes the picture on, and no other header', async () => {
  const answer = await ask('/thumbnail/1')
  expect([answer.status, answer.headers['content-type'], answer.body.length]).toEqual([200, 'image/jpeg', 3])
  expect(answer.headers['set-cookie']).toBeUndefined()
})

describe('/events', () => {
  function connect(headers: http.OutgoingHttpHeaders = {}): { socket: WebSocket; messages: RelayMessage[] } {
    const messages: RelayMessage[] = []
    const socket = new WebSocket(`${relay.origin.replace('http', 'ws')}/events`, { headers: { origin, authorization: `Bearer ${relay.token}`, ...headers } as Record<string, string> })
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as RelayMessage))
    return { socket, messages }
  }

  const progress = (itemId: number, done: number): RelayEvent => ({ type: 'job-progress', item_id: itemId, name: 'a', stage: 'decoding', done, total: 9, unit: 'seconds', seconds_left: null })

  function pictureOf(messages: RelayMessage[]): { sequence: number; picture: Picture } {
    const [first, ...rest] = messages as [Snapshot, ...NumberedEvent[]]
    const { type, sequence, ...picture } = first
    expect(type).toBe('snapshot')
    rest.forEach((message, index) => expect(message.sequence).toBe(sequence + index + 1))
    return { sequence: sequence + rest.length, picture: rest.reduce<Picture>((picture, { event }) => applyEvent(picture, event), picture) }
  }

  it('early, late and reconnecting clients hold the same picture', async () => {
    const early = connect()
    await until(() => early.messages.length === 1, 'the first snapshot is there')
    events.publish(progress(1, 1))
    events.publish(progress(2, 1))
    const late = connect()
    await until(() => late.messages.length === 1, 'the second snapshot is there')
    events.publish(progress(1, 2))
    early.socket.close()
    await once(early.socket, 'close')
    events.publish({ type: 'item-removed', item_id: 2 })
    const again = connect()
    await until(() => again.messages.length === 1, 'the third snapshot is there')
    events.publish({ type: 'offline-changed', offline: false })
    await until(() => again.messages.length === 2 && late.messages.length === 4, 'everything is there')
    const now = pictureOf([events.snapshot])
    expect(pictureOf(late.messages)).toEqual(now)
    expect(pictureOf(again.messages)).toEqual(now)
    late.socket.close()
    again.socket.close()
  })

  it.each<[string, http.OutgoingHttpHeaders, number]>([
    ['a wrong token', { authorization: 'Bearer x' }, 401],
    ['another origin', { origin: 'https://evil.example' }, 403],
  ])('refuses %s', async (_what, headers, status) => {
    const { socket } = connect(headers)
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toContain(String(status))
  })

  it('takes no more than sixteen at a time', async () => {
    const all = Array.from({ length: 16 }, () => connect())
    await until(() => all.every(({ messages }) => messages.length === 1), 'sixteen are connected')
    const [error] = (await once(connect().socket, 'error')) as [Error]
    expect(error.message).toContain('503')
    all[0]?.socket.close()
    await until(() => events.clientCount === 15, 'one has left')
    const next = connect()
    await until(() => next.messages.length === 1, 'the next is connected')
    for (const { socket } of [...all, next]) socket.close()
  })

  it('drops a client that does not read, and the others never notice', async () => {
    const slow = connect()
    const quick = connect()
    await until(() => slow.messages.length === 1 && quick.messages.length === 1, 'both are connected')
    slow.socket.pause()
    const large = 'x'.repeat(100_000)
    let published = 0
    await until(() => {
      for (let count = 0; count < 5; count += 1) events.publish({ ...progress(1, published++), name: large } as RelayEvent)
      return events.clientCount === 1
    }, 'the slow client is dropped')
    await until(() => quick.messages.length === published + 1, 'the quick client has everything')
    slow.socket.resume()
    await once(slow.socket, 'close')
    quick.socket.close()
  })

  it('closing the relay closes its clients', async () => {
    const { socket, messages } = connect()
    await until(() => messages.length === 1, 'it is connected')
    const closed = once(socket, 'close')
    await relay.close()
    await closed
    relay = await startRelay({ events, client: new SearchClient({ port: () => port, secret }), origins: [origin], log: quiet })
  })
})
