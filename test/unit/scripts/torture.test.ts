import { describe, expect, it } from 'vitest'
import { allFaults } from '../../../scripts/torture/faults/index'
import { parseOptions } from '../../../scripts/torture/options'
import { planFaults } from '../../../scripts/torture/plan'
import { compare, type LibraryReport, type ReportedFile } from '../../../scripts/torture/verdict'

describe('the plan of faults', () => {
  const drawn = (seed: number, count: number) => planFaults(seed, count, allFaults)
  const told = (seed: number) => drawn(seed, 200).map(({ kind, wait, random }) => [kind.name, wait, random.next()])

  it('is the same for the same seed, and another for another', () => {
    expect(told(7)).toEqual(told(7))
    expect(told(7)).not.toEqual(told(8))
  })

  it('has as many faults as were asked for, those that end the application first', () => {
    for (const count of [1, 2, 15, 200]) {
      const ends = drawn(3, count).map(({ kind }) => kind.endsMain === true)
      expect(ends).toHaveLength(count)
      expect(ends).toEqual([...ends].sort((a, b) => Number(b) - Number(a)))
    }
  })

  it('keeps the distance that a kind needs, and draws every kind', () => {
    const names = drawn(5, 1000).map(({ kind }) => kind.name)
    expect(new Set(names)).toEqual(new Set(allFaults.map(({ name }) => name)))
    for (const { name, spacing } of allFaults) {
      const places = names.flatMap((other, at) => (other === name ? [at] : []))
      for (const [at, place] of places.slice(1).entries()) expect(place - (places[at] ?? 0), name).toBeGreaterThan(spacing ?? 0)
    }
  })
})

describe('the command line', () => {
  it('has defaults, and refuses what is no number', () => {
    expect(parseOptions([], 42)).toEqual({ faults: 200, files: 300, seed: 42, only: '', keep: false })
    expect(parseOptions(['--faults', '15', '--seed', '3', '--keep'], 42)).toMatchObject({ faults: 15, seed: 3, keep: true })
    for (const wrong of [['--faults', '0'], ['--files', '1.5'], ['--seed', '-1'], ['--seed', 'x'], ['--nonsense'], ['15']]) {
      expect(() => parseOptions(wrong, 42), wrong.join(' ')).toThrow('npm run torture')
    }
  })
})

describe('the verdict', () => {
  const place = { root: '/files', path: 'a.txt', state: 'indexed', problem: null, jobs: 0 }
  const file: ReportedFile = { ...place, names: 1, segments: 2, embeddings: 2, repeated: 0, content: 'x' }
  const library = (...files: ReportedFile[]): LibraryReport => ({ files, loose: { segments: 0 } })
  const judged = (...files: ReportedFile[]) => {
    const { lost, doubled, other } = compare(['/files/a.txt'], library(...files), library(file))
    return [lost.length, doubled.length, other.length]
  }

  it('finds nothing where both libraries are the same', () => {
    expect(judged(file)).toEqual([0, 0, 0])
  })

  it('names what is lost', () => {
    expect(judged()).toEqual([1, 0, 0])
    for (const change of [{ state: 'failed' }, { segments: 1 }, { content: 'y' }, { embeddings: 1 }]) {
      expect(judged({ ...file, ...change }), JSON.stringify(change)).toEqual([1, 0, 0])
    }
  })

  it('names what is doubled', () => {
    expect(judged(file, file)).toEqual([0, 1, 0])
    expect(judged(file, { ...file, path: 'gone.txt' })).toEqual([0, 1, 0])
    for (const change of [{ segments: 4 }, { repeated: 1 }, { names: 2 }]) {
      expect(judged({ ...file, ...change }), JSON.stringify(change)).toEqual([0, 1, 0])
    }
  })

  it('names jobs and rows that are left over', () => {
    expect(judged({ ...file, jobs: 1 })).toEqual([0, 0, 1])
    expect(compare([], { files: [], loose: { embeddings: 3 } }, library()).other).toHaveLength(1)
  })
})
