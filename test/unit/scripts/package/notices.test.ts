import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Component } from '../../../../scripts/package/notices/component.mjs'
import { billOfMaterials } from '../../../../scripts/package/notices/bill-of-materials.mjs'
import { componentList } from '../../../../scripts/package/notices/component-list.mjs'
import { namesIn, objectionTo } from '../../../../scripts/package/notices/policy.mjs'
import { noticesText } from '../../../../scripts/package/notices/text.mjs'

it.each(['MIT', 'Apache-2.0 OR GPL-2.0-only', '(MIT OR Apache-2.0) AND Unicode-3.0', 'GPL-3.0-or-later WITH GCC-exception-3.1', 'LGPL-2.1-or-later'])('%s may be shipped', (licence) => {
  expect(objectionTo(licence)).toBeUndefined()
})

it.each(['GPL-3.0-or-later', 'GPL-2.0-only', 'AGPL-3.0-only', 'MIT AND GPL-3.0-only', 'GPL-2.0-only WITH Classpath-exception-2.0', 'SSPL-1.0', 'BUSL-1.1', 'Elastic-2.0'])('%s may not', (licence) => {
  expect(objectionTo(licence)).toBe(`${licence} may not be shipped`)
})

it.each(['', 'BSD', 'Copyright (c) 2001 somebody', 'see LICENSE'])('what nobody can name (%j) may not', (licence) => {
  expect(objectionTo(licence)).toContain('is no licence that SPDX knows')
})

it('an alternative is enough, of a sum every part is needed, however they are nested', () => {
  const leaf = fc.constantFrom('MIT', 'ISC', 'GPL-3.0-only', 'AGPL-3.0-only')
  const tree = fc.letrec<{ node: { text: string; allowed: boolean } }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf.map((text) => ({ text, allowed: !text.includes('GPL') })),
      fc.tuple(tie('node'), fc.boolean(), tie('node')).map(([left, both, right]) => ({
        text: `(${left.text} ${both ? 'AND' : 'OR'} ${right.text})`,
        allowed: both ? left.allowed && right.allowed : left.allowed || right.allowed,
      })),
    ),
  })).node
  fc.assert(fc.property(tree, ({ text, allowed }) => (objectionTo(text) === undefined) === allowed))
})

const components: Component[] = [
  { group: 'Packages of the shell (npm)', name: '@scope/one', version: '1.0.0', licence: 'MIT', texts: ['MIT, by Ann'], purl: 'pkg:npm/%40scope/one@1.0.0' },
  { group: 'Libraries inside of Python packages', name: 'FFmpeg', version: '8', licence: 'LGPL-3.0-or-later', texts: [], source: 'https://ffmpeg.org', note: 'Files: a, b.' },
  { group: 'Inside of torch (Python)', name: 'libgomp', version: '12', licence: 'GPL-3.0-or-later WITH GCC-exception-3.1', texts: [] },
  { group: 'Models', name: 'MiniLM', version: '', licence: 'Apache-2.0', texts: [] },
]

it('the text names everything, with the texts that came with it and the standard text of every licence', () => {
  const { text } = noticesText(components)
  for (const part of ['@scope/one 1.0.0: MIT', 'MIT, by Ann', 'FFmpeg 8: LGPL-3.0-or-later', 'Source: https://ffmpeg.org.', 'Files: a, b.', 'Models\n------\nMiniLM: Apache-2.0']) expect(text).toContain(part)
  for (const standard of ['Apache License', 'GNU LESSER GENERAL PUBLIC LICENSE', 'GNU GENERAL PUBLIC LICENSE', 'GCC Runtime Library Exception']) expect(text).toContain(standard)
  expect(namesIn('(MIT OR Apache-2.0) AND Apache-2.0 WITH LLVM-exception')).toEqual(['Apache-2.0', 'LLVM-exception', 'MIT'])
})

it('the list for the window leads from each component to the lines of its own terms, or of the standard ones of its licence', () => {
  const { text, termsOf } = noticesText(components)
  const lines = text.split('\n')
  const list = JSON.parse(componentList(components, termsOf)) as { kind: string; within?: string; name: string; terms: [number, number][] }[]
  const terms = Object.fromEntries(list.map(({ name, terms: places }) => [name, places.map(([first, count]) => lines.slice(first, first + count))]))
  const rule = '='.repeat(80)
  expect(terms['@scope/one']).toEqual([[rule, '@scope/one 1.0.0', rule, '', 'MIT, by Ann']])
  expect(terms['MiniLM']).toHaveLength(1)
  expect(terms['MiniLM']?.[0]?.slice(0, 3)).toEqual([rule, 'Standard text: Apache-2.0', rule])
  expect(terms['FFmpeg']?.map(([, title]) => title)).toEqual(['Standard text: LGPL-3.0-or-later', 'Standard text: GPL-3.0-or-later'])
  expect(terms['libgomp']?.map(([, title]) => title)).toEqual(['Standard text: GCC-exception-3.1', 'Standard text: GPL-3.0-or-later'])
  expect(list.map(({ kind, within }) => [kind, within])).toEqual([['shell', undefined], ['library', undefined], ['library', 'torch'], ['model', undefined]])
  expect(componentList([...components, ...components], termsOf)).toBe(componentList(components, termsOf))
  const [first, count] = list.find(({ name }) => name === 'libgomp')?.terms[1] ?? [0, 0]
  expect(lines[first + count - 1]).not.toBe('')
})

it('a group that the window has no name for is refused', () => {
  expect(() => componentList([{ group: 'Fonts', name: 'Inter', version: '4', licence: 'OFL-1.1', texts: [] }], () => [])).toThrow('The window has no name for the group "Fonts"')
})

it('the bill of materials passes the check of CycloneDX and is the same each time', async () => {
  const bill = await billOfMaterials(components)
  expect(await billOfMaterials([...components].reverse())).toBe(bill)
  const { bomFormat, components: listed, serialNumber, metadata } = JSON.parse(bill) as { bomFormat: string; serialNumber?: string; metadata: { timestamp?: string }; components: { name: string; type: string; purl?: string }[] }
  expect({ bomFormat, serialNumber, timestamp: metadata.timestamp }).toEqual({ bomFormat: 'CycloneDX', serialNumber: undefined, timestamp: undefined })
  expect(listed.map(({ name }) => name).sort()).toEqual(['@scope/one', 'FFmpeg', 'MiniLM', 'libgomp'])
  expect(listed.find(({ name }) => name === 'MiniLM')?.type).toBe('machine-learning-model')
})
