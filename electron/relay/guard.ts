/** Who may talk to the relay. Pure; the server only carries out what is decided here. */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Admission {
  token: string
  /** Origins of our own window: app://…, and the development server's while developing. */
  origins: readonly string[]
  /** `127.0.0.1:<port>`: any other Host is a name that was made to point here. */
  host: string
}

export interface Caller {
  method: string
  path: string
  host: string | undefined
  origin: string | undefined
  authorization: string | undefined
  contentLength: string | undefined
  transferEncoding: string | undefined
}

export type Verdict = { admitted: true } | { admitted: false; status: 400 | 401 | 403 | 405 | 413 | 414; reason: string }

const longestPath = 4096

function refuse(status: Exclude<Verdict, { admitted: true }>['status'], reason: string): Verdict {
  return { admitted: false, status, reason }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function hasToken(authorization: string | undefined, token: string): boolean {
  return authorization !== undefined && timingSafeEqual(digest(authorization), digest(`Bearer ${token}`))
}

/** <video>, <audio> and <img> send no Origin; everything that a script asks for does. */
function needsOrigin(path: string): boolean {
  return !path.startsWith('/media/') && !path.startsWith('/thumbnail/')
}

export function judge(caller: Caller, admission: Admission): Verdict {
  if (caller.host !== admission.host) return refuse(400, 'wrong Host')
  if (caller.path.length > longestPath) return refuse(414, 'path too long')
  if (caller.origin === undefined ? needsOrigin(caller.path) : !admission.origins.includes(caller.origin)) return refuse(403, 'wrong Origin')
  // A preflight carries no credentials and gets no data.
  if (caller.method === 'OPTIONS') return { admitted: true }
  if (!hasToken(caller.authorization, admission.token)) return refuse(401, 'wrong token')
  if (caller.method !== 'GET' && caller.method !== 'HEAD') return refuse(405, 'only GET and HEAD')
  if (caller.transferEncoding !== undefined || Number(caller.contentLength ?? 0) > 0) return refuse(413, 'no body is taken')
  return { admitted: true }
}
