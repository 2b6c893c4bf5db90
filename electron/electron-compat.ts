/**
 * Where Electron 22 (the runtime of the tests) and the newest differ: `protocol.handle` came with 25, `webUtils` with 29
 * (preload.ts). The older names are deprecated in the newer.
 */
import { protocol } from 'electron'

export interface StaticAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

type NewProtocol = typeof protocol & { handle?: typeof protocol.handle }

export function serveScheme(scheme: string, answer: (url: string) => Promise<StaticAnswer>): void {
  if ((protocol as Partial<NewProtocol>).handle !== undefined) {
    protocol.handle(scheme, async ({ url }) => {
      const { status, headers, body } = await answer(url)
      return new Response(new Uint8Array(body), { status, headers })
    })
    return
  }
  const buffers = protocol as unknown as OldProtocol
  buffers.registerBufferProtocol(scheme, (request, callback) => {
    void answer(request.url).then(({ status, headers, body }) => {
      const mimeType = headers['content-type']?.split(';')[0] ?? 'application/octet-stream'
      callback({ statusCode: status, headers, data: body, mimeType, charset: 'utf-8' })
    })
  })
}

interface OldProtocol {
  registerBufferProtocol(
    scheme: string,
    handler: (
      request: { url: string },
      callback: (response: { statusCode: number; headers: Record<string, string>; data: Buffer; mimeType: string; charset: string }) => void,
    ) => void,
  ): boolean
}
