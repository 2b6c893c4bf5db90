/** Ranges, routes and addresses that nobody thought of. */
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from '../../../../electron/relay/byte-range'
import { routeOf } from '../../../../electron/relay/routes'
import { resolveAppFile } from '../../../../electron/security/app-files'

const size = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.maxSafeInteger().map(Math.abs))
const digits = fc.oneof(fc.integer({ min: 0, max: 60 }).map(String), fc.stringMatching(/^\d{0,25}$/), fc.constant(''))

describe('parseRange', () => {
  it('never leaves the file', () => {
    const header = fc.oneof(
      fc.tuple(digits, digits).map(([first, last]) => `bytes=${first}-${last}`),
      fc.string().map((text) => `bytes=${text}`),
      fc.string(),
    )
    fc.assert(
      fc.property(header, size, (text, bytes) => {
        const range = parseRange(text, bytes)
        if (range.kind !== 'part') return
        expect([range.start, range.end].every(Number.isSafeInteger)).toBe(true)
        expect(0 <= range.start && range.start <= range.end && range.end < bytes).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  it('is what RFC 9110 says of one range, counted without limits', () => {
    fc.assert(
      fc.property(digits, digits, size, (first, last, bytes) => {
        const range = parseRange(`bytes=${first}-${last}`, bytes)
        const isValid = (first !== '' || last !== '') && (first === '' || last === '' || BigInt(first) <= BigInt(last))
        // Longer than any file: it may be ignored.
        if (!isValid || first.length > 15 || last.length > 15) {
          expect(range).toEqual({ kind: 'whole' })
          return
        }
        const end = BigInt(bytes) - 1n
        const from = first === '' ? [0n, end + 1n - BigInt(last)].reduce((a, b) => (a > b ? a : b)) : BigInt(first)
        const to = first === '' || last === '' || BigInt(last) > end ? end : BigInt(last)
        expect(range).toEqual(from > to ? { kind: 'unsatisfiable' } : { kind: 'part', start: Number(from), end: Number(to) })
      }),
      { numRuns: 5_000 },
    )
  })
})

/** What paths are attacked with. */
const piece = fc.oneof(
  fc.constantFrom('/', '//', '.', '..', '%2e', '%2E%2e', '%2f', '%5c', '\\', '%00', '\0', '?', '#', ';', '%', '%zz', '%E0%A4%A', '@', ':', '~', ' '),
  fc.constantFrom('api', 'items', 'location', 'media', 'thumbnail', 'search', 'roots', 'status', 'index.html', 'main.js', 'passwd', '1', '7', '007', '-1', '1e3', '9007199254740993', '９'),
  fc.string({ maxLength: 4 }),
)
const tail = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

describe('routeOf', () => {
  it('knows an item by a whole positive number, and passes on no other path than these', () => {
    const served = /^\/(search|items|items\/[1-9]\d*|items\/[1-9]\d*\/segments|roots|status)$/
    fc.assert(
      fc.property(fc.constantFrom('', '/', '/api/', '/api/items/', '/media/', '/thumbnail/'), tail, (start, rest) => {
        const route = routeOf(start + rest)
        if (route.kind === 'media' || route.kind === 'thumbnail') {
          expect(Number.isSafeInteger(route.itemId) && route.itemId > 0).toBe(true)
          expect((start + rest).split('?')[0]).toBe(`/${route.kind}/${route.itemId}`)
        }
        if (route.kind === 'api') {
          const [asked = ''] = route.path.split('?')
          expect(asked).toMatch(served)
          // Nobody who reads it as an address gets to another path.
          expect(new URL(`http://127.0.0.1${asked}`).pathname).toBe(asked)
        }
      }),
      { numRuns: 10_000 },
    )
  })
})

describe('resolveAppFile', () => {
  it('is inside the window’s folder or nothing', () => {
    const root = path.resolve('/opt/app/out/renderer')
    const start = fc.constantFrom('app://contentcache/', 'app://contentcache', 'app://contentcache//', 'app://contentcache/assets/', 'app://contentcache@evil/', 'APP://CONTENTCACHE/', 'file:///')
    fc.assert(
      fc.property(start, tail, fc.constantFrom('', '.js', '.html', '.css'), (origin, rest, ending) => {
        const file = resolveAppFile(origin + rest + ending, root)
        if (file === null) return
        expect(path.resolve(file.path).startsWith(root + path.sep)).toBe(true)
        expect(path.normalize(file.path)).toBe(file.path)
        expect(file.path).not.toContain('\0')
      }),
      { numRuns: 10_000 },
    )
  })
})
