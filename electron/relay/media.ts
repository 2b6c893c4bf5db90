import type { FileHandle } from 'node:fs/promises'
import type http from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Location } from '../contract/generated/api'
import { problem } from '../problem'
import type { SearchClient } from '../search-client'
import { openInside } from '../security/inside-root'
import { parseRange, rangeStillApplies } from './byte-range'
import { sendProblem } from './answers'

const missing = problem('file-missing', 'The file is not where it was.', { nextStep: 'Check that its disk is connected, then rescan the folder.' })

/** Only items of the library: search_server knows where an item is, the window never names a path. */
export async function sendMedia(client: SearchClient, itemId: number, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const location = await client.call<Location>({ method: 'GET', path: `/items/${itemId}/location` })
  const file = await openInside(location)
  if (file === null) {
    sendProblem(response, 404, missing)
    return
  }
  try {
    await sendFile(file, location.media_type, request, response)
  } finally {
    await file.close()
  }
}

async function sendFile(file: FileHandle, mediaType: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const stat = await file.stat()
  const entityTag = `"${stat.size.toString(16)}-${Math.round(stat.mtimeMs).toString(16)}"`
  const ifRange = request.headers['if-range']?.toString()
  const range = rangeStillApplies(ifRange, entityTag) ? parseRange(request.headers.range, stat.size) : { kind: 'whole' as const }
  const headers = {
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-type': mediaType,
    // A document of the library that is asked for here is data, never a page of the app.
    'content-security-policy': "default-src 'none'; sandbox",
    etag: entityTag,
    'last-modified': stat.mtime.toUTCString(),
  }
  if (range.kind === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${stat.size}`, 'content-length': 0 }).end()
    return
  }
  if (request.headers['if-none-match'] === entityTag && range.kind === 'whole') {
    response.writeHead(304, headers).end()
    return
  }
  const [start, end] = range.kind === 'part' ? [range.start, range.end] : [0, stat.size - 1]
  response.writeHead(range.kind === 'part' ? 206 : 200, {
    ...headers,
    'content-length': end - start + 1,
    ...(range.kind === 'part' ? { 'content-range': `bytes ${start}-${end}/${stat.size}` } : {}),
  })
  if (request.method === 'HEAD' || stat.size === 0) {
    response.end()
    return
  }
  await pipeline(file.createReadStream({ start, end, autoClose: false, highWaterMark: 256 * 1024 }), response)
}
