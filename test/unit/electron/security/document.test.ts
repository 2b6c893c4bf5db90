/** The tables of docs/SECURITY.md name files and tests: here they are looked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const root = path.resolve(__dirname, '..', '..', '..', '..')
const document = readFileSync(path.join(root, 'docs', 'SECURITY.md'), 'utf8')

const tests = ['test/e2e', 'test/packaged', 'test/unit/electron', 'test/unit/scripts', 'test/backend']
  .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(root, folder, file)))
  .filter((file) => /\.(ts|py)$/.test(file) && !file.endsWith('document.test.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')

it('every test that is named is there', () => {
  const named = [...document.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((name) => !tests.includes(name))).toEqual([])
})

it('every file that is named is there', () => {
  const named = [...document.matchAll(/`((?:electron|backend|scripts|test)\/[\w./-]+)`/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([])
})

it('the checklist has all of its twenty points', () => {
  const points = [...document.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
  expect(points).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
})
