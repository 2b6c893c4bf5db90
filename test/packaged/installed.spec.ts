/** The built app, run as a person's machine would: nothing else installed, nothing reachable, no right to write beside itself. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { python, root, sampleLibrary } from '../support/checkout'
import { drivable } from './drivable'
import { enclose, giveAway } from './enclosure'
import { noEnclosure, unpacked } from './installation'

const run = promisify(execFile)
const user = 65_534

test.describe('the built app on a machine with nothing else', () => {
  let base: string
  test.beforeEach(() => {
    const reason = noEnclosure() ?? (spawnSync('unshare', ['--net', 'true']).status === 0 ? null : 'no network namespace can be made here')
    if (reason !== null) console.log(`skipped: ${reason}`)
    test.skip(reason !== null, reason ?? '')
    base = mkdtempSync(path.join(tmpdir(), 'contentcache-installed-'))
  })
  test.afterEach(() => rmSync(base, { recursive: true, force: true }))

  test('hybrid: searches by words and by meaning at once, and says what is missing for speech', async () => {
    const seen = await tell(base, ['Notes/sourdough.txt', 'Notes/Werkstatt 1998.txt', 'Office/lease.docx', 'Recordings/memo 0012.m4a'])
    expect(seen).toMatchObject({ interfaces: ['lo'], failed: 0, words: 'sourdough.txt', meant: 'sourdough.txt', missing: ['whisper-base', 'yamnet'], left: [] })
    expect(seen['said']).toMatch(/Whisper \(139 MB\)/)
    expect(seen['offered']).toEqual(['bundled', 'download', 'download'])
    const sidecar = { program: 'resources/python/bin/python3', user, outside: [], astray: [], isolated: true }
    expect(seen['sidecars']).toEqual([sidecar, sidecar])
    expect(seen).toMatchObject({ sandboxed: true, users: [user] })
    expect(seen['data']).toEqual(expect.arrayContaining(['library.db', 'logs', 'models', 'settings.json', 'window']))
  })

  test('none: starts, finds by words, and offers the downloads', async () => {
    const seen = await tell(base, ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a'], await models(base, 'none'))
    expect(seen).toMatchObject({ failed: 0, words: 'sourdough.txt', missing: ['minilm', 'whisper-base', 'yamnet'], offered: ['download', 'download', 'download'], left: [] })
  })

  test('bundled: hears what is said and which sounds there are, and finds them', async () => {
    const bundle = await models(base, 'bundled').catch((error: unknown) => (error as { stdout: string }).stdout.trim())
    const refused = bundle.includes('is not here')
    if (refused) console.log(`skipped: ${bundle}`)
    test.skip(refused, bundle)
    const seen = await tell(base, ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a', 'Recordings/prize evening.mp3'], bundle)
    expect(seen).toMatchObject({ failed: 0, meant: 'sourdough.txt', said: 'memo 0012.m4a', heard: 'prize evening.mp3', missing: [], offered: ['bundled', 'bundled', 'bundled'], left: [] })
  })
})

/** Apps of other strategies differ in this one folder: it is laid over that of the build. */
async function models(base: string, strategy: 'none' | 'bundled'): Promise<string> {
  const folder = path.join(base, 'models')
  await run(python, ['-m', 'scripts.models', 'bundle', '--strategy', strategy, '--into', folder], { cwd: root })
  return folder
}

async function tell(base: string, samples: string[], bundle?: string): Promise<Record<string, unknown>> {
  const library = path.join(base, 'Archiv')
  await mkdir(library)
  for (const file of samples) await cp(path.join(sampleLibrary, file), path.join(library, path.basename(file)))
  giveAway(library)
  const enclosure = enclose(base, unpacked, 'contentcache', { contentcache: await drivable(base), ...(bundle === undefined ? {} : { 'resources/.contentcache/models': bundle }) })
  const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  const story = JSON.stringify({ enclosure, library, libraryPath: '/nowhere' })
  const { stdout } = await run('unshare', ['--net', process.execPath, tsx, path.join(root, 'test', 'packaged', 'story.ts'), story], { timeout: 280_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}
