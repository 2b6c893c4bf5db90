/** search_server's HTTP API for main: its own secret, its changing port, and failures as sentences. */
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'
import * as v from 'valibot'
import type { Failure } from './contract/generated/api'
import { appClosing, problem, ProblemError } from './problem'

export interface SearchEndpoint {
  /** null while search_server is not ready. */
  port: () => number | null
  secret: string
  /** Whether a search_server that is not ready will be so by itself: a command then waits for it. */
  isComing?: () => boolean
}

const answerLimit = 32 * 1024 * 1024

/** Milliseconds between two looks for a search_server that is starting. */
const lookInterval = 50

const failureSchema = v.object({
  problem: v.object({
    code: v.string(),
    message: v.string(),
    next_step: v.optional(v.nullable(v.string()), null),
    detail: v.optional(v.nullable(v.string()), null),
  }),
}) satisfies v.GenericSchema<unknown, Failure>

export const notReady = problem('search-not-ready', 'The library is still starting.', { nextStep: 'Try again in a moment.' })

export interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  /** Milliseconds. */
  timeout?: number
}

export class SearchClient {
  // A connection on loopback costs less than the race with a server that closes an idle one.
  private closed = false
  private readonly agent = new http.Agent({ keepAlive: false, maxSockets: 32 })

  constructor(private readonly endpoint: SearchEndpoint) {}

  /** The raw answer, for the relay to pass on. Rejects with a ProblemError when search_server is not there. */
  open(request: ApiRequest, onPort?: number): Promise<http.IncomingMessage> {
    const port = onPort ?? this.endpoint.port()
    if (port === null) return Promise.reject(new ProblemError(notReady))
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body))
    return new Promise((resolve, reject) => {
      const outgoing = http.request(
        {
          host: '127.0.0.1',
          port,
          method: request.method,
          path: request.path,
          agent: this.agent,
          timeout: request.timeout ?? 30_000,
          headers: {
            authorization: `Bearer ${this.endpoint.secret}`,
            ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
          },
        },
        resolve,
      )
      outgoing.once('timeout', () => outgoing.destroy(new Error('search_server did not answer in time')))
      outgoing.once('error', (error) => {
        reject(new ProblemError(problem('search-unreachable', 'The library does not answer.', { nextStep: 'Try again in a moment.', detail: error.message })))
      })
      outgoing.end(body)
    })
  }

  /** The shape of the answer is the contract's: both sides are generated from it. */
  async call<Answer>(request: ApiRequest): Promise<Answer> {
    const response = await this.open(request, await this.readyPort())
    const text = await readText(response)
    if (response.statusCode !== undefined && response.statusCode < 300) return JSON.parse(text) as Answer
    throw new ProblemError(problemIn(text, response.statusCode))
  }

  /** Waits without a limit of its own: it is the supervisor who judges a start, and on a slow disk the first one takes long. */
  private async readyPort(): Promise<number | undefined> {
    while (this.endpoint.port() === null && this.endpoint.isComing?.() === true) {
      if (this.closed) throw new ProblemError(appClosing)
      await setTimeout(lookInterval)
    }
    return this.endpoint.port() ?? undefined
  }

  async isHealthy(port: number, timeout = 5_000): Promise<boolean> {
    const response = await this.open({ method: 'GET', path: '/health', timeout }, port)
    response.resume()
    return response.statusCode === 200
  }

  close(): void {
    this.closed = true
    this.agent.destroy()
  }
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > answerLimit) throw new Error('The answer of search_server is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function problemIn(text: string, status: number | undefined): Failure['problem'] {
  try {
    const failure = v.safeParse(failureSchema, JSON.parse(text))
    if (failure.success) return failure.output.problem
  } catch {
    // Not JSON: told below, with the text itself.
  }
  return problem('search-failed', 'The library could not do that.', { detail: `HTTP ${String(status)}: ${text.slice(0, 500)}` })
}
