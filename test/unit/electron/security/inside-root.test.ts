import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInside, realPathInside, type FileOfRoot } from '../../../../electron/security/inside-root'
import { temporaryFolder } from '../support'

let folder: string
let remove: () => Promise<void>
let root: string
let outside: string

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  root = path.join(folder, 'files')
  outside = path.join(folder, 'files of others')
  mkdirSync(path.join(root, 'sub'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(path.join(root, 'sub', 'a.txt'), 'mine')
  writeFileSync(path.join(outside, 'a.txt'), 'not mine')
})
afterEach(() => remove())

const named = (...names: string[]): FileOfRoot => ({ root, path: path.join(root, ...names) })

async function read(file: FileOfRoot): Promise<string | null> {
  const handle = await openInside(file)
  if (handle === null) return null
  try {
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

it('a file below its root is opened, also when the root is reached by a link', async () => {
  const link = path.join(folder, 'link')
  symlinkSync(root, link)
  expect(await read(named('sub', 'a.txt'))).toBe('mine')
  expect(await read({ root: link, path: path.join(link, 'sub', 'a.txt') })).toBe('mine')
  expect(await realPathInside({ root: link, path: path.join(link, 'sub', 'a.txt') })).toBe(path.join(root, 'sub', 'a.txt'))
})

describe('is neither opened nor found', () => {
  const cases: [string, () => FileOfRoot][] = [
    ['a link that leads out', () => (symlinkSync(path.join(outside, 'a.txt'), path.join(root, 'link.txt')), named('link.txt'))],
    ['a file below a folder that is a link that leads out', () => (symlinkSync(outside, path.join(root, 'out')), named('out', 'a.txt'))],
    ['a chain of links that ends outside', () => {
      symlinkSync(outside, path.join(root, 'first'))
      symlinkSync(path.join(root, 'first', 'a.txt'), path.join(root, 'second.txt'))
      return named('second.txt')
    }],
    ['a path with ..', () => ({ root, path: `${root}/../${path.basename(outside)}/a.txt` })],
    ['a neighbour whose name begins like the root', () => ({ root, path: path.join(outside, 'a.txt') })],
    ['a file that is not there', () => named('gone.txt')],
    ['a file of a root that is not there', () => ({ root: path.join(folder, 'gone'), path: path.join(root, 'sub', 'a.txt') })],
  ]
  it.each(cases)('%s', async (_what, make) => {
    const file = make()
    expect(await read(file)).toBeNull()
    expect(await realPathInside(file)).toBeNull()
  })
})

it('a link that stays inside is found, and not opened by that name', async () => {
  symlinkSync(path.join(root, 'sub', 'a.txt'), path.join(root, 'link.txt'))
  expect(await realPathInside(named('link.txt'))).toBe(path.join(root, 'sub', 'a.txt'))
  expect(await read(named('link.txt'))).toBeNull()
})

it('a folder is not opened', async () => {
  expect(await openInside(named('sub'))).toBeNull()
})

it.skipIf(process.platform === 'win32')('a pipe that nobody writes to keeps nobody waiting', async () => {
  execFileSync('mkfifo', [path.join(root, 'pipe.mp3')])
  const many = await Promise.all(Array.from({ length: 8 }, () => openInside(named('pipe.mp3'))))
  expect(many.every((handle) => handle === null)).toBe(true)
})

it.runIf(process.platform === 'linux')('while folders are swapped for links as fast as can be, nothing from outside is ever read', async () => {
  const sub = path.join(root, 'sub')
  const away = path.join(root, 'away')
  const seen = new Set<string | null>()
  const end = new AbortController()
  const swapping = (async () => {
    while (!end.signal.aborted) {
      await rename(sub, away)
      await symlink(outside, sub)
      await rm(sub)
      await rename(away, sub)
    }
  })()
  try {
    // Both outcomes must have been met, or nothing was tried.
    for (let count = 0; count < 20_000 && !(count > 3000 && seen.has('mine') && seen.has(null)); count += 1) seen.add(await read(named('sub', 'a.txt')))
  } finally {
    end.abort()
    await swapping
  }
  expect([...seen].sort()).toEqual(['mine', null].sort())
})
