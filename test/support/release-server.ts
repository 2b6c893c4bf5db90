/** A web server with one release, as a publisher would set it up; and everything that can go wrong with it. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { Certificate } from './company-network'

export interface ReleaseFault {
  /** Requests whose path ends so; all without it. */
  of?: string
  status?: number
  /** Another body, with the type of a page. */
  page?: string
  redirect?: string
  /** Bytes after which the connection is cut. */
  cutAt?: number
  /** Bytes after which nothing more is sent. */
  stallAt?: number
  /** A byte at this place is another than was published. */
  corruptAt?: number
}

export interface SeenRequest {
  path: string
  headers: http.IncomingHttpHeaders
}

export class ReleaseServer {
  readonly requests: SeenRequest[] = []
  private readonly files = new Map<string, string | Buffer>()
  private faults: ReleaseFault[] = []
  /** bytes a second; null: as fast as it goes. */
  rate: number | null = null

  private constructor(private readonly server: http.Server | https.Server) {}

  /** Over https with a certificate. */
  static async start(certificate?: Certificate): Promise<ReleaseServer> {
    const server = certificate === undefined ? http.createServer() : https.createServer(certificate)
    const own = new ReleaseServer(server)
    server.on('request', (request, response) => void own.answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return own
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** A name that is looked up, or the number. */
  url(host = '127.0.0.1'): string {
    return `http://${host}:${this.port}/releases/`
  }

  /** Under the release address: a file of this machine, or bytes. */
  put(name: string, content: string | Buffer): void {
    this.files.set(`/releases/${name}`, content)
  }

  /** Puts a file there with the description that electron-builder writes. */
  async publish(name: string, file: string, version: string, more: { sha512?: string; description?: string } = {}): Promise<void> {
    const sha512 = more.sha512 ?? (await sha512Of(file))
    const { size } = statSync(file)
    this.put(name, file)
    const lines = [`version: ${version}`, 'files:', `  - url: ${name}`, `    sha512: ${sha512}`, `    size: ${size}`, `path: ${name}`, `sha512: ${sha512}`, `releaseDate: '2026-11-20T10:00:00.000Z'`]
    this.put(more.description ?? 'latest-linux.yml', Buffer.from(`${lines.join('\n')}\n`))
  }

  fail(...faults: ReleaseFault[]): void {
    this.faults = faults
  }

  requestsFor(end: string): number {
    return this.requests.filter((request) => request.path.endsWith(end)).length
  }

  async end(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const place = decodeURIComponent(new URL(request.url ?? '/', 'http://server').pathname)
    this.requests.push({ path: place, headers: request.headers })
    response.on('error', () => undefined)
    const fault = this.faults.find(({ of }) => of === undefined || place.endsWith(of)) ?? {}
    const content = this.files.get(place)
    if (fault.redirect !== undefined) response.writeHead(302, { location: fault.redirect }).end()
    else if (fault.page !== undefined) response.writeHead(fault.status ?? 200, { 'content-type': 'text/html' }).end(fault.page)
    else if (fault.status !== undefined || content === undefined) response.writeHead(fault.status ?? 404).end()
    else await this.send(content, fault, response)
  }

  private async send(content: string | Buffer, fault: ReleaseFault, response: http.ServerResponse): Promise<void> {
    const size = typeof content === 'string' ? statSync(content).size : content.length
    response.writeHead(200, { 'content-length': size, 'content-type': 'application/octet-stream' })
    const end = fault.cutAt ?? fault.stallAt
    if (end === 0) response.flushHeaders()
    let sent = 0
    for await (const part of bodyOf(content)) {
      const chunk = corrupted(end === undefined ? part : part.subarray(0, Math.max(0, end - sent)), sent, fault.corruptAt)
      if (response.destroyed) return
      if (chunk.length > 0 && !response.write(chunk)) await drained(response)
      sent += chunk.length
      if (end !== undefined && sent >= end) break
      if (this.rate !== null) await new Promise((resolve) => setTimeout(resolve, (chunk.length / (this.rate ?? Infinity)) * 1000))
    }
    if (fault.cutAt !== undefined) response.socket?.destroySoon()
    else if (fault.stallAt === undefined) response.end()
  }
}

function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

function bodyOf(content: string | Buffer): AsyncIterable<Buffer> {
  return typeof content === 'string' ? createReadStream(content, { highWaterMark: 256 * 1024 }) : Readable.from([content])
}

function corrupted(chunk: Buffer, offset: number, at: number | undefined): Buffer {
  if (at === undefined || at < offset || at >= offset + chunk.length) return chunk
  const copy = Buffer.from(chunk)
  copy[at - offset] = (copy[at - offset] ?? 0) ^ 1
  return copy
}

export async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('base64')
}

/** The first and last bytes, size, inode and time of a file: what changes when it is touched. */
export async function fingerprint(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size, ino, mtimeMs, mode } = await handle.stat()
    return [path.basename(file), size, ino, mtimeMs, mode, await sha512Of(file)].join(' ')
  } finally {
    await handle.close()
  }
}
