import { describe, expect, it } from 'vitest'
import { findTerms, markedTerms, textRuns } from '@/lib/text-runs'

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
