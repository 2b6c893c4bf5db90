import { readFileSync } from 'node:fs'
import path from 'node:path'
import { FuseV1Options } from '@electron/fuses'
import { expect, it } from 'vitest'

const root = path.resolve(__dirname, '..', '..', '..', '..')
const fuses = JSON.parse(readFileSync(path.join(root, 'electron', 'security', 'fuses.json'), 'utf8')) as Record<string, boolean>
const document = readFileSync(path.join(root, 'docs', 'SECURITY.md'), 'utf8')

it('every fuse that the packaging can set is stated, by the name that it has there', () => {
  const known = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)))
  expect(known.length).toBeGreaterThanOrEqual(8)
  const stated = Object.keys(fuses).map((name) => name.replace(/^./, (first) => first.toUpperCase()))
  expect(stated.sort()).toEqual(known.sort())
})

it('the document says the same values', () => {
  const said: unknown = Object.fromEntries([...document.matchAll(/^\| `(\w+)` \| (on|off) \|/gm)].map(([, name, value]) => [name, value === 'on']))
  expect(said).toEqual(fuses)
})
