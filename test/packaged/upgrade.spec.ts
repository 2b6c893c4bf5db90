/** The built app replaced by a newer one at the same place: what a person has stays; the older one then refuses; and everything can be erased. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { createPackage, extractAll } from '@electron/asar'
import { expect, test } from '@playwright/test'
import { modelsDirectory, root, sampleLibrary } from '../support/checkout'
import { runToEnd, type Ended } from '../support/closed-app'
import { everyByte } from '../support/every-byte'
import { queryLibrary } from '../support/library-file'
import { enclose, environmentOf, giveAway, type Enclosure } from './enclosure'
import { archive, noEnclosure, unpacked } from './installation'
import type { UpgradeStory } from './upgrade-story'

const run = promisify(execFile)
const present = (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }).version
const newer = present.replace(/^(\d+)\.(\d+)\..*$/, (_version, major: string, minor: string) => `${major}.${Number(minor) + 1}.0`)

let base: string
test.beforeEach(() => {
  const reason = noEnclosure() ?? (spawnSync('unshare', ['--net', 'true']).status === 0 ? null : 'no network namespace can be made here')
  if (reason !== null) console.log(`skipped: ${reason}`)
  test.skip(reason !== null, reason ?? '')
  base = mkdtempSync(path.join(tmpdir(), 'contentcache-upgrade-'))
})
test.afterEach(() => rmSync(base, { recursive: true, force: true }))

/** The app's own archive, of another version and else the same. */
async function archiveOf(version: string): Promise<string> {
  const folder = path.join(base, 'archive')
  extractAll(archive, folder)
  const manifest = path.join(folder, 'package.json')
  const content = JSON.parse(await readFile(manifest, 'utf8')) as object
  await writeFile(manifest, JSON.stringify({ ...content, version }))
  await createPackage(folder, path.join(base, 'newer.asar'))
  return path.join(base, 'newer.asar')
}

async function tell(story: UpgradeStory): Promise<Record<string, unknown>> {
  const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  const { stdout } = await run('unshare', ['--net', process.execPath, tsx, path.join(root, 'test', 'packaged', 'upgrade-story.ts'), JSON.stringify(story)], { timeout: 280_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}

/** Started from a terminal, with no screen. */
function atTerminal(enclosure: Enclosure, args: string[]): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(environmentOf(enclosure)).filter(([name]) => name !== 'DISPLAY'))
  return runToEnd({ executable: enclosure.command, args, env })
}

const everyRow = (data: string): Promise<unknown[]> =>
  queryLibrary(data, 'SELECT items.path, items.id, items.state, items.indexed_at, segments.id AS segment, segments.text FROM items JOIN segments ON segments.item_id = items.id ORDER BY segments.id')

test('an upgrade in place keeps settings, library, models and thumbnails; going back is refused; and everything can be erased from a terminal', async () => {
  const library = path.join(base, 'Archiv')
  await mkdir(library)
  for (const file of ['Notes/sourdough.txt', 'Pictures/DSC_0117.jpg']) await cp(path.join(sampleLibrary, file), path.join(library, path.basename(file)))
  giveAway(library)
  const old = enclose(base, unpacked, 'contentcache')
  const data = path.join(old.home, '.config', 'ContentCache')
  await mkdir(path.join(data, 'models', '.verified'), { recursive: true })
  await writeFile(path.join(data, 'settings.json'), '{"welcomed":true,"appearance":"dark"}')
  for (const file of ['base.pt', '.verified/whisper-base.json']) await cp(path.join(modelsDirectory, file), path.join(data, 'models', file), { dereference: true, preserveTimestamps: true })
  giveAway(old.home)

  const kept = { found: 'sourdough.txt', appearance: 'dark', whisper: 'present', waiting: 0, left: [] }
  expect(await tell({ enclosure: old, library })).toEqual({ ...kept, version: present })
  const rows = await everyRow(data)
  expect(rows.length).toBeGreaterThan(2)
  const picture = everyByte(path.join(data, 'thumbnails'))
  expect(picture.length).toBeGreaterThan(0)

  const upgraded = enclose(base, unpacked, 'contentcache', { 'resources/app.asar': await archiveOf(newer) })
  expect(await tell({ enclosure: upgraded, library: null })).toEqual({ ...kept, version: newer })
  expect(await everyRow(data)).toEqual(rows)
  expect(everyByte(path.join(data, 'thumbnails'))).toEqual(picture)
  expect(await readFile(path.join(data, 'version.json'), 'utf8')).toBe(`{"version":"${newer}"}\n`)

  const before = everyByte(old.home)
  const back = await atTerminal(enclose(base, unpacked, 'contentcache'), [])
  expect(back.code).toBe(5)
  expect(back.stderr).toContain(`ContentCache ${newer} used the data in ${data} last; this is ${present}, which is older. Nothing was changed.`)
  expect(everyByte(old.home)).toEqual(before)

  const erased = await atTerminal(enclose(base, unpacked, 'contentcache'), ['--erase-everything', '--yes'])
  expect(erased).toMatchObject({ code: 0, stdout: expect.stringContaining('139 MB  models') })
  expect(readdirSync(old.home, { recursive: true })).toEqual(['.config'])
  expect([existsSync(data), readdirSync(library).sort()]).toEqual([false, ['DSC_0117.jpg', 'sourdough.txt']])
})
