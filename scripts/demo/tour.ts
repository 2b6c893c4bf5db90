/** The searches of the demo and what each has to find in the sample library. */
import { cue, type Cue } from '../../test/support/sample-truth'
import type { ModelId, Why } from '../../electron/contract/generated/contract'

export interface Stop {
  /** What this search shows, in a person's words. */
  shows: string
  query: string
  /** null: nothing may be found. */
  expect: Expectation | null
  /** Files that must not be among the hits. */
  never?: string[]
  /** Models without which the search is skipped. */
  needs: ModelId[]
}

export interface Expectation {
  file: string
  why: Why
  page?: number
  /** The moment has to lie where this is said or heard. */
  heard?: Cue
  /** Words that have to be marked in the snippet. */
  marked?: string[]
}

const MONDAY = '2024-08-19 monday.mp3'
const PRIZE = 'prize evening.mp3'
const LECTURE = 'evening 4.mp4'

export const tour: Stop[] = [
  {
    shows: 'words, in any order',
    query: 'plywood marine',
    expect: { file: 'boathouse todo.md', why: 'words', marked: ['plywood', 'marine'] },
    needs: [],
  },
  {
    shows: 'a phrase in quotes',
    query: '"blocked by leaves"',
    expect: { file: 'boathouse todo.md', why: 'words', marked: ['blocked by leaves'] },
    needs: [],
  },
  {
    shows: 'a word left out with a minus',
    query: 'workshop -insured',
    expect: { file: 'price list.html', why: 'words', marked: ['workshop'] },
    never: ['building insurance.pdf'],
    needs: [],
  },
  {
    shows: 'the beginning of a word, while typing',
    query: 'groundwa',
    expect: { file: 'building insurance.pdf', why: 'words', page: 3 },
    needs: [],
  },
  {
    shows: 'the page of a PDF',
    query: 'policyholder bears the first 750 euros',
    expect: { file: 'building insurance.pdf', why: 'words', page: 3, marked: ['policyholder', '750'] },
    needs: [],
  },
  {
    shows: 'a recipe in German',
    query: 'Prise Salz Hefe',
    expect: { file: 'Pflaumenkuchen.txt', why: 'words', marked: ['Prise', 'Salz', 'Hefe'] },
    needs: [],
  },
  {
    shows: 'an old text file in Latin-1, without typing the umlaut',
    query: 'Bucherregal',
    expect: { file: 'Werkstatt 1998.txt', why: 'words', marked: ['Bücherregal'] },
    needs: [],
  },
  {
    shows: 'a Word document',
    query: 'clears snow from the quay',
    expect: { file: 'lease.docx', why: 'words', marked: ['snow', 'quay'] },
    needs: [],
  },
  {
    shows: 'an RTF letter',
    query: 'mooring chain',
    expect: { file: 'letter to the harbour office.rtf', why: 'words', marked: ['mooring', 'chain'] },
    needs: [],
  },
  {
    shows: 'meaning: not one of these words is in the recipe',
    query: 'how do I make bread at home',
    expect: { file: 'sourdough.txt', why: 'meaning' },
    needs: ['minilm'],
  },
  {
    shows: 'what was said in a meeting, at its second',
    query: 'deposit euros before Friday',
    expect: { file: MONDAY, why: 'words', heard: cue(MONDAY, 'deposit') },
    needs: ['whisper-base'],
  },
  {
    shows: 'a voice memo, by meaning',
    query: 'where did I hide the spare key',
    expect: { file: 'memo 0012.m4a', why: 'meaning', heard: cue('memo 0012.m4a', 'second key') },
    needs: ['whisper-base', 'minilm'],
  },
  {
    shows: 'a famous sentence',
    query: 'what you can do for your country',
    expect: { file: 'jfk.flac', why: 'words', heard: cue('jfk.flac', 'ask what you can do') },
    needs: ['whisper-base'],
  },
  {
    shows: 'the same speech, by what it is',
    query: 'patriotic speech',
    expect: { file: 'jfk.flac', why: 'meaning' },
    needs: ['whisper-base', 'minilm'],
  },
  {
    shows: 'a video, by the words of its lecturer',
    query: 'resin turns into crystals',
    expect: { file: LECTURE, why: 'words', heard: cue(LECTURE, 'resin') },
    needs: ['whisper-base'],
  },
  {
    shows: 'a sound between two speeches, at its second',
    query: 'applause',
    expect: { file: PRIZE, why: 'sound', heard: cue(PRIZE, 'Applause') },
    needs: ['yamnet'],
  },
  {
    shows: 'a recording whose name says nothing, by its sound',
    query: 'rain',
    expect: { file: 'field 03.opus', why: 'sound', heard: cue('field 03.opus', 'Rain') },
    needs: ['yamnet'],
  },
  {
    shows: 'an instrument',
    query: 'guitar',
    expect: { file: 'take 2.ogg', why: 'sound', heard: cue('take 2.ogg', 'Guitar') },
    needs: ['yamnet'],
  },
  { shows: 'an image by its camera', query: 'nikon', expect: { file: 'DSC_0117.jpg', why: 'words', marked: ['NIKON'] }, needs: [] },
  { shows: 'an image by its name', query: 'floor plan', expect: { file: 'boathouse floor plan.webp', why: 'name' }, needs: [] },
  { shows: 'a file of a type it cannot read, by its name', query: 'hull survey', expect: { file: 'hull survey.xyz', why: 'name' }, needs: [] },
  { shows: 'nothing to find: it says so', query: '"submarine volcano observatory"', expect: null, needs: [] },
]
