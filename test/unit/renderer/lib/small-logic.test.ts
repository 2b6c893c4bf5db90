import { describe, expect, it } from 'vitest'
import type { Segment } from '@/contract'
import { anyDate, dateBounds } from '@/lib/date-range'
import { folderLabel, folderTrail } from '@/lib/folder-label'
import { canShowImage, mayPlay } from '@/lib/media'
import { pastedPath } from '@/lib/pasted-path'
import { lineAt, transcriptLines } from '@/lib/transcript'

describe('pastedPath', () => {
  it.each([
    ['/home/ann/Music', '/home/ann/Music'],
    ['  "/home/ann/My Music"\n', '/home/ann/My Music'],
    ['file:///home/ann/My%20Music', '/home/ann/My Music'],
    ['C:\\Users\\ann', 'C:\\Users\\ann'],
    ['file:///C:/Users/ann', 'C:/Users/ann'],
    ['\\\\server\\share', '\\\\server\\share'],
    ['Music', null],
    ['buy milk', null],
    ['', null],
    ['file://%%%', null],
  ])('%j is %j', (text, path) => {
    expect(pastedPath(text)).toBe(path)
  })
})

describe('dateBounds', () => {
  const now = new Date(2024, 4, 20, 15, 30)
  const at = (year: number, month: number, day: number): number => new Date(year, month - 1, day).getTime() / 1000

  it('counts back from the start of today', () => {
    expect(dateBounds(anyDate, now)).toEqual({})
    expect(dateBounds({ ...anyDate, preset: 'week' }, now)).toEqual({ after: at(2024, 5, 13) })
  })

  it('includes the whole last day, and leaves an unset bound out', () => {
    expect(dateBounds({ preset: 'custom', from: '2024-02-01', to: '2024-02-29' }, now)).toEqual({ after: at(2024, 2, 1), before: at(2024, 3, 1) })
    expect(dateBounds({ preset: 'custom', from: '', to: '2024-02-29' }, now)).toEqual({ before: at(2024, 3, 1) })
  })
})

describe('transcript', () => {
  const segment = (id: number, kind: Segment['kind'], start: number | null, end: number | null): Segment => ({
    id, item_id: 1, ordinal: id, kind, text: '', page: null, line: null, start, end, language: null, score: null,
  })
  const lines = transcriptLines([segment(4, 'sound', 2, 9), segment(3, 'speech', 6, 8), segment(2, 'speech', 1, 4), segment(1, 'name', null, null)])

  it('is in the order in which it is heard, without the name of the file', () => {
    expect(lines.map((line) => line.id)).toEqual([2, 4, 3])
  })

  it('hears sounds that begin together as one line, but not across speech or time', () => {
    const sounds = transcriptLines([
      segment(1, 'sound', 0, 1), segment(2, 'sound', 0.3, 2), segment(3, 'speech', 0.4, 1), segment(4, 'sound', 0.45, 1), segment(5, 'sound', 3, 4),
    ])
    expect(sounds.map((line) => line.segments.map((each) => each.id))).toEqual([[1, 2], [3], [4], [5]])
    expect(sounds[0]?.end).toBe(2)
  })

  it.each([[0, -1], [1, 0], [3, 0], [5, 1], [6.5, 2], [100, 2]])('at %s s line %s is heard', (time, index) => {
    expect(lineAt(lines, time)).toBe(index)
  })
})

describe('names and formats', () => {
  it('reads both kinds of path', () => {
    expect(folderLabel('/home/ann/Music/')).toBe('Music')
    expect(folderLabel('C:\\Users\\ann\\Music')).toBe('Music')
    expect(folderTrail('/music', 'a/b')).toBe('music › a › b')
  })

  it('knows what no Chrome plays or shows', () => {
    expect([mayPlay('flac'), mayPlay('.WMA'), canShowImage('JPG'), canShowImage('tiff')]).toEqual([true, false, true, false])
  })
})
