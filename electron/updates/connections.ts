/**
 * The requests of electron-updater, each with an end: Electron's requests know neither its time-outs nor its cancelling, and a download that broke off
 * would keep its file open.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { performance } from 'node:perf_hooks'
import { Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** The part of Electron's ClientRequest, and of Node's, that is used here. */
export interface HttpRequest {
  on(event: string, listener: (...args: never[]) => void): unknown
  emit(event: string, ...args: unknown[]): boolean
  abort(): void
  end(): void
}

/** electron-updater's own, of Electron or of Node. */
export interface HttpExecutor {
  createRequest(options: RequestOptions, callback: (response: IncomingMessage) => void): HttpRequest
  download?(url: URL, destination: string, options: { sha512?: string | null }): Promise<string>
}

export interface Progress {
  bytes: number
  /** bytes; null: the release does not say. */
  total: number | null
  /** bytes a second, over the whole. */
  rate: number | null
}

export class ConnectionError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
    this.name = 'ConnectionError'
  }
}

/** The person, or the offline setting, ended it. */
export class Cancelled extends Error {}

const silenceLimit = 60_000
/** Bytes of what describes a release; a real one has some hundred. */
const descriptionLimit = 1024 * 1024
const progressInterval = 250

interface Open {
  request: HttpRequest
  response: IncomingMessage | null
  timer: NodeJS.Timeout
  /** Why it was ended from here. */
  reason: Error | null
}

export class Connections {
  private readonly open = new Set<Open>()
  /** Of the download that runs; bytes. */
  expected: number | null = null
  private ended: Error | null = null
  onProgress: (progress: Progress) => void = () => undefined

  /** `silence`: milliseconds without a byte after which a request has failed. */
  constructor(private readonly silence = silenceLimit) {}

  /** From now on its requests end as these do. */
  watch(executor: HttpExecutor): void {
    const create = executor.createRequest.bind(executor)
    executor.createRequest = (options, callback) => {
      let bytes = 0
      const entry = this.track(create(options, (response) => {
        entry.response = response
        response.on('data', (chunk: Buffer | string) => {
          entry.timer.refresh()
          bytes += chunk.length
          if (bytes > descriptionLimit) this.end(entry, tooLarge())
        })
        response.on('end', () => this.forget(entry))
        callback(response)
      }))
      return entry.request
    }
    executor.download = async (url, destination, { sha512 }) => {
      const entry = await this.answer(create, url)
      const meter = new Meter(sha512 ?? '', this.expected, (progress) => this.onProgress(progress), () => void entry.timer.refresh())
      try {
        await pipeline(entry.response, meter, createWriteStream(destination))
      } catch (error) {
        entry.request.abort()
        throw entry.reason ?? error
      } finally {
        this.forget(entry)
      }
      return destination
    }
  }

  /** A new work, which `endAll` has not ended. */
  begin(): void {
    this.ended = null
  }

  /** Ends all that is open, and what this work would still open; whoever waits for it hears `reason`. */
  endAll(reason: Error): void {
    this.ended = reason
    for (const entry of this.open) this.end(entry, reason)
  }

  private answer(create: HttpExecutor['createRequest'], url: URL): Promise<Open & { response: IncomingMessage }> {
    return new Promise((resolve, reject) => {
      const { protocol, hostname, port, pathname, search } = url
      const where = { protocol, hostname, path: pathname + search, ...(port === '' ? {} : { port }) }
      const options = { ...where, headers: { 'User-Agent': 'electron-builder', 'Cache-Control': 'no-cache', accept: '*/*' } }
      const entry = this.track(create(options, (response) => {
        const status = response.statusCode ?? 0
        if (status === 200) resolve(Object.assign(entry, { response }))
        else {
          entry.response = response
          this.end(entry, new ConnectionError(`HTTP_ERROR_${status}`, `${url.href} was answered with ${status}`))
        }
      }))
      entry.request.on('error', reject)
      entry.request.end()
    })
  }

  private track(request: HttpRequest): Open {
    const end = (): void => this.end(entry, new ConnectionError('UPDATE_SILENCE', `Not a byte for ${this.silence / 1000} s`))
    const entry: Open = { request, response: null, timer: setTimeout(end, this.silence), reason: null }
    this.open.add(entry)
    request.on('error', () => this.forget(entry))
    const { ended } = this
    // Not before whoever asked can hear it.
    if (ended !== null) setImmediate(() => this.end(entry, ended))
    return entry
  }

  private end(entry: Open, reason: Error): void {
    this.forget(entry)
    entry.reason = reason
    // First, because Electron's request says nothing of being aborted that electron-updater would hear, and its response says that it was cut off.
    entry.request.emit('error', reason)
    entry.response?.destroy(reason)
    entry.request.abort()
  }

  private forget(entry: Open): void {
    clearTimeout(entry.timer)
    this.open.delete(entry)
  }
}

function tooLarge(): ConnectionError {
  return new ConnectionError('UPDATE_TOO_LARGE', 'More bytes than a release has')
}

/** Counts and hashes what passes. Fails on more than was announced and, at the end, on another content than was published. */
class Meter extends Transform {
  private readonly digest = createHash('sha512')
  private readonly startedAt = performance.now()
  private bytes = 0
  private toldAt = 0

  constructor(
    private readonly sha512: string,
    private readonly total: number | null,
    private readonly tell: (progress: Progress) => void,
    private readonly alive: () => void,
  ) {
    super()
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.alive()
    this.bytes += chunk.length
    if (this.total !== null && this.bytes > this.total) {
      done(tooLarge())
      return
    }
    this.digest.update(chunk)
    const now = performance.now()
    if (now - this.toldAt >= progressInterval) {
      this.toldAt = now
      this.report(now)
    }
    done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    const found = this.digest.digest('base64')
    this.report(performance.now())
    done(found === this.sha512 ? null : new ConnectionError('ERR_CHECKSUM_MISMATCH', `sha512 is ${found}, published was ${this.sha512}`))
  }

  private report(now: number): void {
    const seconds = (now - this.startedAt) / 1000
    this.tell({ bytes: this.bytes, total: this.total, rate: seconds > 0 ? this.bytes / seconds : null })
  }
}
