/** Names and places that a person's machine has and a developer's has not. */
import { cp, mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { sampleLibrary } from '../support/checkout'
import { item, settled } from '../support/library-status'
import { linkModels } from '../support/linked-models'
import { Stage } from './stage'

const strange = `-ä ö ß İı 日本語 🎧 "q" it's & 100%#1`
const memo = 'memo 0012.m4a'

/** Of the bytes of a recording, as its player asks for them. */
async function range(window: Page, itemId: number, header: string): Promise<{ status: number; contentRange: string | null; bytes: number[] }> {
  return window.evaluate(
    async ({ id, bytes }) => {
      const session = await globalThis.window.contentcache.invoke('session:get')
      if (!session.ok) throw new Error(session.problem.message)
      const answer = await fetch(`${session.value.relayOrigin}/media/${id}`, { headers: { Range: bytes } })
      return { status: answer.status, contentRange: answer.headers.get('content-range'), bytes: [...new Uint8Array(await answer.arrayBuffer())] }
    },
    { id: itemId, bytes: header },
  )
}

test('strange paths, a home and a data directory behind links, and other locales: added, indexed, found, played, and found again', async () => {
  const stage = await Stage.open('places')
  try {
    const real = await stage.folder('real', strange)
    const base = path.dirname(path.dirname(real))
    const [home, data, library, models] = ['home', 'data', `library ${strange}`, `models ${strange}`].map((name) => path.join(real, name)) as [string, string, string, string]
    for (const folder of [home, data, library]) await mkdir(folder)
    await linkModels(models)
    const [homeLink, dataLink] = [path.join(base, `home ${strange}`), path.join(base, `-data ${strange}`)]
    await symlink(home, homeLink)
    await symlink(data, dataLink)
    const note = `${strange}.txt`
    await cp(path.join(sampleLibrary, 'Notes', 'Pflaumenkuchen.txt'), path.join(library, note))
    await cp(path.join(sampleLibrary, 'Recordings', memo), path.join(library, memo))
    const launch = (locale: Record<string, string>) =>
      stage.launch({ dataDirectory: dataLink, modelsDirectory: models, environment: { HOME: homeLink, USERPROFILE: homeLink, ...locale } })

    // No locale at all: bytes are bytes.
    const first = await launch({ LC_ALL: 'C', LANG: 'C' })
    await first.window.addFolder(library)
    await settled(first.app.window)
    for (const name of [note, memo]) expect(await item(first.app.window, name)).toMatchObject({ state: 'indexed', problem: null })
    const recording = await item(first.app.window, memo)
    const whole = await range(first.app.window, recording.id, 'bytes=0-')
    const part = await range(first.app.window, recording.id, 'bytes=1000-1999')
    expect([whole.status, part.status, part.contentRange]).toEqual([206, 206, `bytes 1000-1999/${recording.size}`])
    expect(part.bytes).toEqual(whole.bytes.slice(1000, 2000))
    await found()
    expect(await first.app.quit()).toEqual([])

    // i and I are not one letter in Turkish, and a comma is a point in German; and neither may be installed.
    const again = await launch({ LC_ALL: '', LANG: 'tr_TR.UTF-8', LC_NUMERIC: 'de_DE.UTF-8', LC_TIME: 'de_DE.UTF-8' })
    expect((await item(again.app.window, note)).state).toBe('indexed')
    await found(again)
    expect(await again.app.quit()).toEqual([])

    async function found({ window } = first): Promise<void> {
      expect((await window.search('Pflaumen')).hits.map(({ name }) => name)).toContain(note)
      expect((await window.search('日本語')).hits.map(({ name }) => name)).toEqual([note])
      expect((await window.search('flower pot')).hits.map(({ name }) => name)).toContain(memo)
      await window.openMoment(memo, 0)
      await expect.poll(async () => (await window.player())?.duration ?? 0).toBeGreaterThan(5)
      expect((await window.player())?.error).toBeNull()
    }
  } finally {
    await stage.end()
  }
})
