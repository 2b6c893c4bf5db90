/** What is said and heard in the sample library, and when: written by `test/fixtures/make_sample_library`. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { sampleLibraryTruth } from './checkout'

export interface Cue {
  /** Relative to the sample library. */
  file: string
  kind: 'speech' | 'sound'
  start: number
  end: number
  text: string
}

const cues = (JSON.parse(readFileSync(sampleLibraryTruth, 'utf8')) as { cues: Cue[] }).cues

/** The one cue of the file whose text contains `words`; throws when there is none or more than one. */
export function cue(fileName: string, words: string): Cue {
  const found = cues.filter((entry) => path.posix.basename(entry.file) === fileName && entry.text.includes(words))
  const [only] = found
  if (found.length !== 1 || only === undefined) throw new Error(`${found.length} cues in ${fileName} say "${words}"`)
  return only
}
