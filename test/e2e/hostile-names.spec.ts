import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { root, sampleLibrary } from '../support/checkout'
import { items, settled } from '../support/library-status'
import { Stage, type OpenApp } from './stage'

const pictures = path.join(root, 'test-results', 'screens')
const attack = '<img src=x onerror=window.broken=1>'

/** Names as they are on the disk, and how a person reads them. */
const names: Record<string, string> = {
  'two\nlines.txt': 'two␊lines.txt',
  'a\ttab.txt': 'a␉tab.txt',
  'escape \x1b[31mred.txt': 'escape ␛[31mred.txt',
  'invoice\u202efdp.txt': 'invoice\uFFFDfdp.txt',
  'zero\u200bwidth.txt': 'zero\uFFFDwidth.txt',
  'תזכורת לפגישה.txt': 'תזכורת לפגישה.txt',
  'ملاحظات الاجتماع.txt': 'ملاحظات الاجتماع.txt',
  [`${attack}.txt`]: `${attack}.txt`,
  [`'"&lt;{{ 1 + 1 }}.md`]: `'"&lt;{{ 1 + 1 }}.md`,
  '👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 notes.txt': '👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 notes.txt',
  [`${'long'.repeat(59)}.txt`]: `${'long'.repeat(59)}.txt`,
}
const folderName = '<b onclick=window.broken=1>bold\u202e\n'
const pageName = 'page of a stranger.txt'
const recording = 'memo\u202e\n3.m4a'

test.describe.serial('names and texts of strangers', () => {
  let stage: Stage
  let app: OpenApp['app']
  let window: OpenApp['window']
  let folder: string
  const dialogs: string[] = []

  test.beforeAll(async () => {
    await mkdir(pictures, { recursive: true })
    stage = await Stage.open('hostile')
    folder = await stage.folder(folderName)
    for (const [index, name] of Object.keys(names).entries()) await writeFile(path.join(folder, name), `strangerword number${index}word of the harbour.\n`)
    // A name that is no UTF-8 cannot be kept in a library: it is passed over, and holds up no other.
    await writeFile(Buffer.concat([Buffer.from(`${folder}/no unicode `), Buffer.from([0xff, 0xfe]), Buffer.from('.txt')]), 'strangerword\n')
    const page = `strangerword ${attack} <script>window.broken = 1</script> \x1b[31m \u202eesrever ${'</p></div>'.repeat(20)} the end of the harbour.\n`
    await mkdir(path.join(folder, attack))
    await writeFile(path.join(folder, attack, pageName), page)
    await cp(path.join(sampleLibrary, 'Recordings', 'memo 0012.m4a'), path.join(folder, recording))
    ;({ app, window } = await stage.launch())
    await app.resize(1280, 800)
    window.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
  })
  test.afterAll(() => stage.end())
  test.afterEach(async () => {
    const made = await window.page.evaluate(() => ({
      elements: document.querySelectorAll('#app :is(img[src="x"], b, script, iframe, [onclick], [onerror])').length,
      broken: 'broken' in globalThis,
    }))
    expect(made).toEqual({ elements: 0, broken: false })
    expect(dialogs).toEqual([])
  })

  test('are worked on under a name that can be read', async () => {
    await window.showLibrary()
    const answer = await window.page.evaluate((target) => globalThis.window.contentcache.invoke('library:add-folder', { path: target }), folder)
    expect(answer).toMatchObject({ ok: true })
    await expect(window.statusLine).toContainText('memo\uFFFD␊3.m4a', { timeout: 90_000 })
    await window.picture(path.join(pictures, 'hostile-status-line.png'))
    await settled(app.window)
    const indexed = await items(app.window)
    expect(indexed.map(({ name }) => name).sort()).toEqual([...Object.keys(names), pageName, recording].sort())
    expect(indexed.filter(({ state }) => state !== 'indexed')).toEqual([])
  })

  test('are all listed in the library', async () => {
    await expect(window.page.getByRole('listitem').filter({ hasText: '<b onclick=window.broken=1>bold\uFFFD␊' })).toBeVisible()
    for (const shown of [...Object.values(names), 'memo\uFFFD␊3.m4a', pageName]) await expect(window.page.getByRole('row').filter({ hasText: shown })).toHaveCount(1)
    await window.picture(path.join(pictures, 'hostile-library.png'))
  })

  test('are found, each with its words marked', async () => {
    const { hits } = await window.search('strangerword')
    await expect(window.page.getByText(`${Object.keys(names).length + 1} files`)).toBeVisible()
    const all = [...Object.values(names), pageName].map(tidy)
    // The list draws no more than can be seen; the next test finds each by a word of its own.
    expect(hits.length).toBeGreaterThan(5)
    expect(hits.filter(({ name }) => !all.includes(name))).toEqual([])
    for (const { name, moments } of hits) expect(moments[0]?.marked[0], name).toMatch(/strangerword/i)
    await window.picture(path.join(pictures, 'hostile-results.png'))
  })

  test('are shown in the preview, the right one for each', async () => {
    for (const [index, [, shown]] of Object.entries(names).entries()) {
      await window.search(`"number${index}word"`)
      await window.results.getByRole('option').first().click()
      await expect(window.preview(shown), shown).toContainText(`number${index}word`)
      await expect(window.preview(shown).getByRole('heading', { level: 2 })).toHaveText(shown)
    }
  })

  test('a page of HTML is read as text, and turns no line around', async () => {
    await window.search('"end of the harbour"')
    await window.results.getByRole('option').first().click()
    const preview = window.preview(pageName)
    await expect(preview).toContainText('<script>window.broken = 1</script>')
    await expect(preview).toContainText('␛[31m \uFFFDesrever')
    const directions = await preview.locator('.paragraph > span').first().evaluate((element) => getComputedStyle(element).unicodeBidi)
    expect(directions).toMatch(/isolate|plaintext/)
    await window.picture(path.join(pictures, 'hostile-preview.png'))
    await app.resize(720, 480)
    await window.picture(path.join(pictures, 'hostile-preview-small.png'))
    await app.resize(1280, 800)
  })

  test('stand in messages and questions as text', async () => {
    await window.showLibrary()
    const entry = window.page.getByRole('listitem').filter({ hasText: '<b onclick' })
    await entry.getByRole('button', { name: /^remove/i }).click()
    await expect(window.page.getByRole('region', { name: 'Messages' })).toContainText('<b onclick=window.broken=1>bold\uFFFD␊\u2069 from the library')
    await window.picture(path.join(pictures, 'hostile-message.png'))
    await window.page.getByRole('button', { name: 'Undo' }).click()
    await expect(entry).toBeVisible()
  })
})

function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
