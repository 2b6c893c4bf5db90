/** The app out of what people are given, where nothing else is installed: out of the archive, out of the AppImage, and the AppImage itself. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { enclose, environmentOf, giveAway } from './enclosure'
import { changesIn, fileOf, noFile, unpack, type Format } from './formats'
import { hybrid, hybridSamples, libraryOf, noStory, tell } from './telling'

/** What an AppImage has beside the app: how it starts, its menu entry and icons, and libraries for systems that lack them. */
const ofTheImage = /^(AppRun|\.DirIcon|contentcache\.(desktop|png)|usr\/(lib|share\/icons)\/.*)$/

// Gigabytes are unpacked and compared.
test.describe.configure({ timeout: 900_000 })

let base: string
test.beforeEach(() => (base = mkdtempSync(path.join(tmpdir(), 'contentcache-format-'))))
test.afterEach(() => rmSync(base, { recursive: true, force: true }))

function skipWithout(format: Format): void {
  const reason = noFile(format) ?? noStory()
  if (reason !== null) console.log(`skipped: ${reason}`)
  test.skip(reason !== null, reason ?? '')
}

for (const [format, start, added] of [
  ['tar.gz', 'contentcache', undefined],
  ['AppImage', 'AppRun', ofTheImage],
] as const) {
  test(`${format}, unpacked: it is the app that was looked at, and searches by words and by meaning at once`, async () => {
    skipWithout(format)
    const app = await unpack(format, path.join(base, 'unpacked'))
    expect(changesIn(app, added)).toEqual([])
    const enclosure = enclose(base, app, start)
    const seen = await tell({ command: { executable: enclosure.command, env: environmentOf(enclosure) }, home: enclosure.home, library: libraryOf(base, hybridSamples) })
    expect(seen).toMatchObject(hybrid(enclosure.app))
  })
}

test('AppImage, itself, without FUSE: it unpacks itself, starts, searches, and takes away again what it unpacked', async () => {
  skipWithout('AppImage')
  const [download, temporary] = ['download', 'temporary'].map((name) => path.join(base, name)) as [string, string]
  for (const folder of [download, temporary]) mkdirSync(folder)
  giveAway(temporary)
  const image = path.basename(fileOf('AppImage'))
  writeFileSync(path.join(download, image), '')
  const enclosure = enclose(base, download, image, { [image]: fileOf('AppImage') })
  const env = { ...environmentOf(enclosure), APPIMAGE_EXTRACT_AND_RUN: '1', TMPDIR: temporary }
  const seen = await tell({ command: { executable: enclosure.command, env }, home: enclosure.home, library: libraryOf(base, hybridSamples) })
  expect(seen).toMatchObject(hybrid(expect.stringMatching(new RegExp(`^${temporary}/appimage_extracted_\\w+$`))))
  expect(readdirSync(temporary).filter((name) => name.startsWith('appimage'))).toEqual([])
})
