import { describe, expect, it } from 'vitest'
import { judge, type Admission, type Caller } from '../../../../electron/relay/guard'
import { routeOf } from '../../../../electron/relay/routes'
import { parseRange, rangeStillApplies } from '../../../../electron/relay/byte-range'

const admission: Admission = { token: 'secret', origins: ['app://contentcache'], host: '127.0.0.1:4000' }
const caller: Caller = {
  method: 'GET',
  path: '/api/search?q=a',
  host: '127.0.0.1:4000',
  origin: 'app://contentcache',
  authorization: 'Bearer secret',
  contentLength: undefined,
  transferEncoding: undefined,
}

describe('judge', () => {
  it.each<[string, Partial<Caller>]>([
    ['our window', {}],
    ['HEAD', { method: 'HEAD' }],
    ['media without an Origin, as <video> asks', { path: '/media/1', origin: undefined }],
    ['a preflight, which has no token', { method: 'OPTIONS', authorization: undefined }],
  ])('admits %s', (_who, change) => {
    expect(judge({ ...caller, ...change }, admission)).toEqual({ admitted: true })
  })

  it.each<[string, Partial<Caller>, number]>([
    ['a rebound name (DNS rebinding)', { host: 'evil.example:4000' }, 400],
    ['another port', { host: '127.0.0.1:4001' }, 400],
    ['no Host', { host: undefined }, 400],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['the null origin of a sandboxed frame', { origin: 'null' }, 403],
    ['another origin, also for media', { path: '/media/1', origin: 'https://evil.example' }, 403],
    ['a query without an Origin', { origin: undefined }, 403],
    ['a preflight of another origin', { method: 'OPTIONS', origin: 'https://evil.example' }, 403],
    ['no token', { authorization: undefined }, 401],
    ['a wrong token', { authorization: 'Bearer secreT' }, 401],
    ['a token of another scheme', { authorization: 'Basic secret' }, 401],
    ['a write', { method: 'POST' }, 405],
    ['a body', { contentLength: '5' }, 413],
    ['a chunked body', { transferEncoding: 'chunked' }, 413],
    ['a very long path', { path: `/api/search?q=${'a'.repeat(5000)}` }, 414],
  ])('refuses %s', (_what, change, status) => {
    expect(judge({ ...caller, ...change }, admission)).toMatchObject({ admitted: false, status })
  })
})

describe('routeOf', () => {
  it.each(['/api/search?q=a', '/api/items?state=failed', '/api/items/7', '/api/items/7/segments?around=3', '/api/roots', '/api/status'])('passes %s on', (url) => {
    expect(routeOf(url)).toEqual({ kind: 'api', path: url.slice(4) })
  })

  it.each([
    '/api/items/7/location',
    '/api/items/7/thumbnail',
    '/api/health',
    '/api/items/../roots',
    '/api/items/7/../8/location',
    '/api/items/%37',
    '/api//search',
    '/api/search/',
    '/api/items/0',
    '/api/items/-1',
    '/media/',
    '/media/a',
    '/media/1/../2',
    '/media/..%2f1',
    '/thumbnail/1/x',
    '/',
    '/events',
    'http://127.0.0.1/api/search',
  ])('knows no %s', (url) => {
    expect(routeOf(url)).toEqual({ kind: 'unknown' })
  })

  it('names media and thumbnails by item', () => {
    expect(routeOf('/media/12')).toEqual({ kind: 'media', itemId: 12 })
    expect(routeOf('/thumbnail/3?v=1')).toEqual({ kind: 'thumbnail', itemId: 3 })
  })
})

describe('parseRange', () => {
  it.each<[string | undefined, ReturnType<typeof parseRange>]>([
    [undefined, { kind: 'whole' }],
    ['bytes=0-', { kind: 'part', start: 0, end: 999 }],
    ['bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['bytes=990-2000', { kind: 'part', start: 990, end: 999 }],
    ['bytes=-10', { kind: 'part', start: 990, end: 999 }],
    ['bytes=-5000', { kind: 'part', start: 0, end: 999 }],
    ['bytes=1000-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-2', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['seconds=0-1', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
  ])('%s of 1000 bytes', (header, range) => {
    expect(parseRange(header, 1000)).toEqual(range)
  })

  it('an empty file has no range', () => {
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' })
  })

  it('If-Range keeps a range only of the same file', () => {
    expect([undefined, '"a"', '"b"', 'W/"a"'].map((header) => rangeStillApplies(header, '"a"'))).toEqual([true, true, false, false])
  })
})
