import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Component } from '../../../../scripts/package/notices/component.mjs'
import { billOfMaterials } from '../../../../scripts/package/notices/bill-of-materials.mjs'
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
  { group: 'Libraries', name: 'FFmpeg', version: '8', licence: 'LGPL-3.0-or-later', texts: [], source: 'https://ffmpeg.org', note: 'Files: a, b.' },
  { group: 'Libraries', name: 'libgomp', version: '12', licence: 'GPL-3.0-or-later WITH GCC-exception-3.1', texts: [] },
  { group: 'Models', name: 'MiniLM', version: '', licence: 'Apache-2.0', texts: [] },
]

it('the text names everything, with the texts that came with it and the standard text of every licence', () => {
  const text = noticesText(components)
  for (const part of ['@scope/one 1.0.0: MIT', 'MIT, by Ann', 'FFmpeg 8: LGPL-3.0-or-later', 'Source: https://ffmpeg.org.', 'Files: a, b.', 'Models\n------\nMiniLM: Apache-2.0']) expect(text).toContain(part)
  for (const standard of ['Apache License', 'GNU LESSER GENERAL PUBLIC LICENSE', 'GNU GENERAL PUBLIC LICENSE', 'GCC Runtime Library Exception']) expect(text).toContain(standard)
  expect(namesIn('(MIT OR Apache-2.0) AND Apache-2.0 WITH LLVM-exception')).toEqual(['Apache-2.0', 'LLVM-exception', 'MIT'])
})

it('the bill of materials passes the check of CycloneDX and is the same each time', async () => {
  const bill = await billOfMaterials(components)
  expect(await billOfMaterials([...components].reverse())).toBe(bill)
  const { bomFormat, components: listed, serialNumber, metadata } = JSON.parse(bill) as { bomFormat: string; serialNumber?: string; metadata: { timestamp?: string }; components: { name: string; type: string; purl?: string }[] }
  expect({ bomFormat, serialNumber, timestamp: metadata.timestamp }).toEqual({ bomFormat: 'CycloneDX', serialNumber: undefined, timestamp: undefined })
  expect(listed.map(({ name }) => name).sort()).toEqual(['@scope/one', 'FFmpeg', 'MiniLM', 'libgomp'])
  expect(listed.find(({ name }) => name === 'MiniLM')?.type).toBe('machine-learning-model')
})
