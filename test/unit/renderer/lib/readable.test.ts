import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folderTrail, trailParts } from '@/lib/folder-label'
import { typeName } from '@/lib/media'
import { isolated, readable, readableLines, readablePath, readableText } from '@/lib/readable'
import { textRuns } from '@/lib/text-runs'

/** Any sequence of UTF-16 code units, lone surrogates too, rich in what names are attacked with. */
const wild = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
      { weight: 2, arbitrary: fc.constantFrom('\u202e', '\u202d', '\u2066', '\u2069', '\u200f', '\u200b', '\u200d', '\ufeff', '\0', '\n', '\x1b', '\x7f', '\x9b', '\ud83d', '\u2028') },
      { weight: 2, arbitrary: fc.constantFrom('a', '.exe', 'שלום', 'مرحبا', '👩‍💻', '<img src=x onerror=alert(1)>', '/', '\\', ' ') },
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

const harmless = fc.string({ unit: 'grapheme-ascii' })
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200B\u2060\uFEFF\u00AD]/u

describe('readable', () => {
  it.each([
    ['invoice\u202efdp.exe', 'invoice\uFFFDfdp.exe'],
    ['two\nlines\ttab', 'two␊lines␉tab'],
    ['\x1b[31mred', '␛[31mred'],
    ['\0\x7f\x85\u2028', '␀␡␤␤'],
    ['pay\u200bpal\ufeff', 'pay\uFFFDpal\uFFFD'],
    ['half \ud83d pair', 'half \uFFFD pair'],
    ['\u2066a\u2069\u200e\u061c', '\uFFFDa\uFFFD\uFFFD\uFFFD'],
  ])('%j reads as %j', (text, shown) => {
    expect(readable(text)).toBe(shown)
  })

  it.each(['תזכורת לפגישה.txt', 'ملاحظات.md', 'می‌خواهم.txt', 'क्‍ष.txt', '👩‍💻 👨‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿.txt', 'naïve café.txt', '日本語', `'"&.md`, '<img src=x>'])('%s stays as it is', (text) => {
    expect(readable(text)).toBe(text)
  })

  it('holds nothing that is invisible or turns the direction, whatever comes in', () => {
    fc.assert(fc.property(wild, (text) => !forbidden.test(readable(text))))
  })

  it('keeps its length, so that marks stay right, and is its own fixed point', () => {
    fc.assert(
      fc.property(wild, fc.nat(80), fc.nat(80), (text, from, to) => {
        const shown = readable(text)
        expect(shown).toHaveLength(text.length)
        expect(readable(shown)).toBe(shown)
        expect(textRuns(shown, [[from, to]]).map((run) => run.text.length)).toEqual(textRuns(text, [[from, to]]).map((run) => run.text.length))
      }),
    )
  })

  it('changes nothing that can be read', () => {
    fc.assert(fc.property(harmless, (text) => readable(text) === text))
  })
})

describe('text of several lines', () => {
  it('keeps its lines and tabs, and nothing else that cannot be read', () => {
    expect(readableLines('Traceback:\n\tat x\r\n\x1b[0m\u202eend')).toBe('Traceback:\n\tat x\r\n␛[0m\uFFFDend')
    fc.assert(fc.property(wild, (text) => !forbidden.test(readableLines(text).replace(/[\t\r\n]/g, ''))))
  })
})

describe('text out of a file', () => {
  it('keeps its words, joiners and direction marks, and its length', () => {
    const text = 'שלום\u200f, pay\u2066 (עולם)\u2069 می‌خواهم\nnext'
    expect(readableText(text)).toBe(text)
    fc.assert(fc.property(wild, (any) => readableText(any).length === any.length && !/[\u202D\u202E\x1b\0]/.test(readableText(any))))
  })
})

describe('a name in a sentence', () => {
  it('ends its direction with itself', () => {
    fc.assert(
      fc.property(wild, (name) => {
        const inside = isolated(name)
        expect([inside.charAt(0), inside.charAt(inside.length - 1)]).toEqual(['\u2068', '\u2069'])
        expect(inside.slice(1, -1)).not.toMatch(forbidden)
      }),
    )
  })
})

describe('a path', () => {
  it('is cut into its names and the separators between them, and nothing is lost', () => {
    expect(readablePath('/home/עדי/x')).toEqual([
      { text: '/', name: false }, { text: 'home', name: true }, { text: '/', name: false }, { text: 'עדי', name: true }, { text: '/', name: false }, { text: 'x', name: true },
    ])
    fc.assert(fc.property(wild, (path) => readablePath(path).map(({ text }) => text).join('') === readable(path)))
  })

  it('of the folders of a file is as safe to read, and so is its type', () => {
    expect(trailParts('/home/a\nb', 'c\u202e/d')).toEqual(['a␊b', 'c\uFFFD', 'd'])
    expect(folderTrail('/home/a\nb', 'c\u202e/d')).toBe('a␊b › c\uFFFD › d')
    expect(typeName('e\u202ex')).toBe('E\uFFFDX')
  })
})
