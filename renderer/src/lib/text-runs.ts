/** [start, end) in UTF-16 code units, as the search API gives them. */
export type Mark = [number, number]

export interface TextRun {
  text: string
  marked: boolean
}

/** Cuts `text` at its marks. Marks may come unsorted, overlapping or beyond the end; nothing of the text is lost or doubled. */
export function textRuns(text: string, marks: readonly Mark[]): TextRun[] {
  const runs: TextRun[] = []
  let at = 0
  for (const [start, end] of mergeMarks(marks, text.length)) {
    if (start > at) runs.push({ text: text.slice(at, start), marked: false })
    runs.push({ text: text.slice(start, end), marked: true })
    at = end
  }
  if (at < text.length) runs.push({ text: text.slice(at), marked: false })
  return runs
}

function mergeMarks(marks: readonly Mark[], length: number): Mark[] {
  const merged: Mark[] = []
  const sorted = marks
    .map(([start, end]): Mark => [Math.max(0, start), Math.min(length, end)])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0])
  for (const mark of sorted) {
    const last = merged[merged.length - 1]
    if (last && mark[0] <= last[1]) last[1] = Math.max(last[1], mark[1])
    else merged.push(mark)
  }
  return merged
}

/** From a word at most `lead` UTF-16 code units before the first mark on, after an ellipsis; the whole where it begins as close to it, or has no mark. */
export function fromFirstMark(text: string, marks: readonly Mark[], lead: number): { text: string; marks: Mark[] } {
  const first = mergeMarks(marks, text.length)[0]?.[0] ?? 0
  if (first <= lead) return { text, marks: [...marks] }
  const earliest = first - lead
  const gap = text.slice(earliest - 1, first).search(/\s\S/)
  const from = gap === -1 ? startOfCharacter(text, earliest) : earliest + gap
  return { text: `…${text.slice(from)}`, marks: marks.map(([start, end]): Mark => [start - from + 1, end - from + 1]) }
}

/** `at`, or the place after it where it would part a surrogate pair. */
function startOfCharacter(text: string, at: number): number {
  return /[\uDC00-\uDFFF]/.test(text[at] ?? '') ? at + 1 : at
}

/** The distinct marked words of a snippet, to find them again in the whole segment. */
export function markedTerms(snippet: string, marks: readonly Mark[]): string[] {
  const terms = textRuns(snippet, marks)
    .filter((run) => run.marked)
    .map((run) => run.text.trim().toLowerCase())
  return [...new Set(terms)].filter((term) => term !== '')
}

/** Where whole words of `text` equal one of `terms`, ignoring case. */
export function findTerms(text: string, terms: readonly string[]): Mark[] {
  if (terms.length === 0) return []
  const longestFirst = [...terms].sort((a, b) => b.length - a.length).map(escapeRegExp)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  return [...text.matchAll(pattern)].map((match): Mark => [match.index, match.index + match[0].length])
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
