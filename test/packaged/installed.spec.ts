/** The built app, run as a person's machine would: nothing else installed, nothing reachable, no right to write beside itself. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { python, root } from '../support/checkout'
import { enclose, environmentOf } from './enclosure'
import { unpacked } from './installation'
import { hybrid, hybridSamples, libraryOf, noStory, tell } from './telling'

const run = promisify(execFile)

test.describe('the built app on a machine with nothing else', () => {
  let base: string
  test.beforeEach(() => {
    const reason = noStory()
    if (reason !== null) console.log(`skipped: ${reason}`)
    test.skip(reason !== null, reason ?? '')
    base = mkdtempSync(path.join(tmpdir(), 'contentcache-installed-'))
  })
  test.afterEach(() => rmSync(base, { recursive: true, force: true }))

  test('hybrid: searches by words and by meaning at once, and says what is missing for speech', async () => {
    const enclosure = enclose(base, unpacked, 'contentcache')
    const env = { ...environmentOf(enclosure), LD_LIBRARY_PATH: '/nowhere' }
    const seen = await tell({ command: { executable: enclosure.command, env }, home: enclosure.home, library: libraryOf(base, hybridSamples) })
    expect(seen).toMatchObject(hybrid(enclosure.app))
    expect(seen['said']).toMatch(/Whisper \(139 MB\)/)
    expect(seen['data']).toEqual(expect.arrayContaining(['library.db', 'logs', 'models', 'settings.json', 'window']))
  })

  test('none: starts, finds by words, and offers the downloads', async () => {
    const seen = await laidOver(base, await models(base, 'none'), ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a'])
    expect(seen).toMatchObject({ failed: 0, words: 'sourdough.txt', missing: ['minilm', 'whisper-base', 'yamnet'], offered: ['download', 'download', 'download'], left: [] })
  })

  test('bundled: hears what is said and which sounds there are, and finds them', async () => {
    const bundle = await models(base, 'bundled').catch((error: unknown) => (error as { stdout: string }).stdout.trim())
    const refused = bundle.includes('is not here')
    if (refused) console.log(`skipped: ${bundle}`)
    test.skip(refused, bundle)
    const seen = await laidOver(base, bundle, ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a', 'Recordings/prize evening.mp3'])
    expect(seen).toMatchObject({ failed: 0, meant: 'sourdough.txt', said: 'memo 0012.m4a', heard: 'prize evening.mp3', missing: [], offered: ['bundled', 'bundled', 'bundled'], left: [] })
  })
})

async function models(base: string, strategy: 'none' | 'bundled'): Promise<string> {
  const folder = path.join(base, 'models')
  await run(python, ['-m', 'scripts.models', 'bundle', '--strategy', strategy, '--into', folder], { cwd: root })
  return folder
}

/** Apps of other strategies differ in this one folder: it is laid over that of the build. */
async function laidOver(base: string, bundle: string, samples: string[]): Promise<Record<string, unknown>> {
  const enclosure = enclose(base, unpacked, 'contentcache', { 'resources/.contentcache/models': bundle })
  return tell({ command: { executable: enclosure.command, env: environmentOf(enclosure) }, home: enclosure.home, library: libraryOf(base, samples) })
}
