import type http from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { SearchClient } from '../search-client'

const passedOn = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified']

/** Passes a GET on to search_server with its secret, and its answer back. */
export async function passOn(client: SearchClient, path: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const answer = await client.open({ method: 'GET', path })
  response.on('close', () => answer.destroy())
  const headers = Object.fromEntries(passedOn.flatMap((name) => (answer.headers[name] === undefined ? [] : [[name, answer.headers[name]]])))
  response.writeHead(answer.statusCode ?? 502, headers)
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  await pipeline(answer, response)
}
