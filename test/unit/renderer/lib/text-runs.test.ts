import { describe, expect, it } from 'vitest'
import { findTerms, fromFirstMark, markedTerms, textRuns } from '@/lib/text-runs'

const marked = (text: string, marks: [number, number][]): string =>
  textRuns(text, marks)
    .map((run) => (run.marked ? `[${run.text}]` : run.text))
    .join('')

describe('textRuns', () => {
  it('cuts at the marks', () => {
    expect(marked('ask not what', [[4, 7]])).toBe('ask [not] what')
    expect(marked('ask', [])).toBe('ask')
    expect(textRuns('', [])).toEqual([])
  })

  it('counts in UTF-16 code units, as the server does', () => {
    expect(marked('🎙️ talk', [[4, 8]])).toBe('🎙️ [talk]')
  })

  it('never loses or doubles text, whatever the marks are', () => {
    const wild: [number, number][] = [[5, 99], [2, 4], [3, 6], [-3, 1], [7, 7], [9, 8]]
    const runs = textRuns('0123456789', wild)
    expect(runs.map((run) => run.text).join('')).toBe('0123456789')
    expect(marked('0123456789', wild)).toBe('[0]1[23456789]')
  })
})

describe('fromFirstMark', () => {
  const shown = (text: string, marks: [number, number][], lead: number): string => {
    const cut = fromFirstMark(text, marks, lead)
    return marked(cut.text, cut.marks)
  }

  it('begins with a whole word close before the first mark', () => {
    const text = '…to the blacksmith before October: replace the rotten frame'
    const at = text.indexOf('rotten')
    const marks: [number, number][] = [[at + 7, at + 12], [at, at + 6]]
    expect(shown(text, marks, 13)).toBe('…replace the [rotten] [frame]')
    expect(shown(text, marks, 12)).toBe('…replace the [rotten] [frame]')
    expect(shown(text, marks, 11)).toBe('…the [rotten] [frame]')
    expect(shown(text, marks, 0)).toBe('…[rotten] [frame]')
  })

  it('leaves what begins close enough, and what has no mark', () => {
    expect(shown('ask not what', [[4, 7]], 4)).toBe('ask [not] what')
    expect(shown('ask not what', [], 2)).toBe('ask not what')
  })

  it('parts a text without gaps, but no character', () => {
    expect(shown('日本語の文章です', [[4, 6]], 2)).toBe('…語の[文章]です')
    expect(shown('🎙🎙🎙talk', [[6, 10]], 3)).toBe('…🎙[talk]')
  })
})

describe('terms of a snippet found in the whole segment', () => {
  it('finds whole words in any case and script', () => {
    const terms = markedTerms('…Your country, your', [[1, 5], [6, 13], [15, 19]])
    expect(terms).toEqual(['your', 'country'])
    const text = 'Your countryman asks YOUR country.'
    expect(findTerms(text, terms).map(([start, end]) => text.slice(start, end))).toEqual(['Your', 'YOUR', 'country'])
  })

  it('takes terms literally', () => {
    expect(findTerms('use c++ (not c)', ['c++'])).toEqual([[4, 7]])
    expect(findTerms('anything', [])).toEqual([])
  })
})
