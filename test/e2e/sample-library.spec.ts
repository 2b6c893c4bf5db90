import { expect, test } from '@playwright/test'
import { sampleLibrary } from '../support/checkout'
import { item, items, missingModels, settled } from '../support/library-status'
import { indexedFiles } from '../support/library-file'
import { cue } from '../support/sample-truth'
import { Stage, type OpenApp } from './stage'

const MONDAY = '2024-08-19 monday.mp3'
const PRIZE = 'prize evening.mp3'
const LECTURE = 'evening 4.mp4'

/** One person, one library, from the first start on: each test goes on where the one before it stopped. */
test.describe.serial('the sample library', () => {
  let stage: Stage
  let app: OpenApp['app']
  let window: OpenApp['window']

  test.beforeAll(async () => {
    stage = await Stage.open('sample')
    ;({ app, window } = await stage.launch())
    await app.resize(1280, 800)
  })
  test.afterAll(() => stage.end())

  test('a folder chosen in the dialog is indexed, and the window shows how far it is', async () => {
    await app.electron.evaluate(({ dialog }, folder) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] })
    }, sampleLibrary)
    await window.showLibrary()
    await window.page.getByRole('button', { name: /add.*folder/i }).first().click()
    await expect(window.statusLine.getByRole('progressbar')).toBeVisible({ timeout: 60_000 })
    await expect(window.fileRow(MONDAY)).toContainText(/of/, { timeout: 60_000 })

    const done = await settled(app.window)
    expect(done.library.queue.failed).toBe(0)
    for (const file of await indexedFiles(stage.dataDirectory)) {
      expect(file, file.path).toMatchObject({ state: 'indexed', repeated: 0, jobs: 0 })
    }
    await expect(window.statusLine.getByRole('progressbar')).toBeHidden()
    await expect(window.fileRow(MONDAY)).toContainText(/indexed/i)
  })

  test('results come while typing, with the matching words marked', async () => {
    await window.show('Search')
    await window.searchField.fill('')
    await window.searchField.pressSequentially('marine plyw')
    await expect(window.momentsOf('boathouse todo.md')).toHaveCount(1)
    await expect(window.momentsOf('boathouse todo.md').locator('mark')).toHaveText(['marine', 'plywood'])
    await expect(window.searchField).toBeFocused()
  })

  test('a phrase, a word left out, another script of the same letters', async () => {
    expect((await window.search('"second coat"')).hits.map((hit) => hit.name)).toEqual(['boathouse todo.md'])
    expect((await window.search('"coat second"')).hits).toEqual([])
    const without = await window.search('cello -jury')
    expect(without.hits.map((hit) => hit.name)).toContain('price list.html')
    const latin1 = await window.search('Lotkolben')
    expect(latin1.hits[0]).toMatchObject({ name: 'Werkstatt 1998.txt' })
    expect(latin1.hits[0]?.moments[0]?.marked).toEqual(['Lötkolben'])
  })

  test('a hit in a PDF names its page, and the pane shows the text around it', async () => {
    const { hits } = await window.search('"first 750 euros"')
    expect(hits).toHaveLength(1)
    expect(hits[0]).toMatchObject({ name: 'building insurance.pdf' })
    expect(hits[0]?.moments[0]).toMatchObject({ page: 3, why: expect.arrayContaining(['words']) })
    await window.momentsOf('building insurance.pdf').first().click()
    const pane = window.preview('building insurance.pdf')
    await expect(pane.getByText('In case of a claim')).toBeVisible()
    await expect(pane.locator('mark').first()).toBeVisible()
  })

  test('filters by type narrow the results and can be dropped', async () => {
    const filters = window.page.getByRole('group', { name: 'Filters' })
    await window.search('boathouse')
    await expect(window.momentsOf('boathouse todo.md').first()).toBeVisible()
    await filters.getByRole('button', { name: /^audio/i }).click()
    await expect(window.momentsOf('boathouse todo.md')).toHaveCount(0)
    await expect(window.momentsOf('memo 0012.m4a').or(window.momentsOf(MONDAY)).first()).toBeVisible()
    await filters.getByRole('button', { name: /^all/i }).click()
    await expect(window.momentsOf('boathouse todo.md').first()).toBeVisible()
    await filters.getByRole('combobox', { name: /date/i }).selectOption('week')
    await expect(window.momentsOf('boathouse todo.md').first()).toBeVisible()
    await filters.getByRole('combobox', { name: /date/i }).selectOption('any')
  })

  test('a click on a sentence plays the recording at its second', async () => {
    const said = cue(MONDAY, 'deposit')
    const { hits } = await window.search('deposit euros before Friday')
    expect(hits[0]?.name).toBe(MONDAY)
    const start = hits[0]?.moments[0]?.start ?? -1
    expect(Math.abs(start - said.start)).toBeLessThan(1.5)
    await window.momentsOf(MONDAY).first().click()
    await expectPlayingFrom(start)
  })

  test('a video is found by its words, has a thumbnail, and plays at the second', async () => {
    const said = cue(LECTURE, 'resin')
    const { hits } = await window.search('resin crystals')
    expect(hits[0]?.name).toBe(LECTURE)
    const start = hits[0]?.moments[0]?.start ?? -1
    expect(start).toBeGreaterThan(said.start - 1.5)
    expect(start).toBeLessThan(said.end)
    expect((await item(window.page, LECTURE)).has_thumbnail).toBe(true)
    const thumbnail = window.results.getByRole('group', { name: `${LECTURE}, ` }).locator('img')
    await expect.poll(() => thumbnail.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    await window.momentsOf(LECTURE).first().click()
    await expectPlayingFrom(start)
  })

  test('a sound is found at its second', async () => {
    await skipWithout('yamnet', 'YAMNet is not on this machine: sounds cannot be checked')
    const heard = cue(PRIZE, 'Applause')
    const { hits } = await window.search('applause')
    const moment = hits.find((hit) => hit.name === PRIZE)?.moments.find((candidate) => candidate.why.includes('sound'))
    expect(Math.abs((moment?.start ?? -1) - heard.start)).toBeLessThan(1.5)
    for (const [word, file] of [['guitar', 'take 2.ogg'], ['rain', 'field 03.opus'], ['car horn', 'yard.wma']] as const) {
      const found = (await window.search(word)).hits.find((hit) => hit.name === file)
      expect(found?.moments.flatMap(({ why }) => why), word).toContain('sound')
    }
  })

  test('meaning finds what the words do not say', async () => {
    await skipWithout('minilm', 'MiniLM is not on this machine: meaning cannot be checked')
    const bread = await window.search('how do I make bread at home')
    expect(bread.hits[0]?.name).toBe('sourdough.txt')
    expect(bread.hits[0]?.moments[0]?.why).toContain('meaning')
    const speech = await window.search('patriotic speech')
    expect(speech.hits.slice(0, 3).map((hit) => hit.name)).toContain('jfk.flac')
  })

  test('images by camera and name, files of unknown type by name', async () => {
    expect((await window.search('nikon')).hits[0]).toMatchObject({ name: 'DSC_0117.jpg', moments: [{ marked: ['NIKON'] }] })
    await window.momentsOf('DSC_0117.jpg').first().click()
    await expect(window.preview('DSC_0117.jpg').getByText('NIKON D750')).toBeVisible()
    expect((await window.search('hull survey')).hits[0]?.name).toBe('hull survey.xyz')
  })

  test('what is nowhere is said to be nowhere', async () => {
    const { hits, message } = await window.search('"quarterly zeppelin forecast"')
    expect(hits).toEqual([])
    expect(message).toContain('quarterly zeppelin forecast')
  })

  test('the keyboard is enough', async () => {
    const { hits } = await window.search('boathouse')
    const stops = hits.reduce((count, hit) => count + hit.moments.length, 0)
    expect(stops).toBeGreaterThan(2)
    const selected = window.results.getByRole('option', { selected: true })
    await expect(selected).toHaveCount(1)
    const first = await selected.getAttribute('id')
    await window.page.keyboard.press('ArrowDown')
    await expect(selected).not.toHaveAttribute('id', first ?? '')
    await window.page.keyboard.press('ArrowUp')
    await expect(selected).toHaveAttribute('id', first ?? '')

    await window.search('deposit euros before Friday')
    await window.page.keyboard.press('Enter')
    await expect.poll(async () => (await window.player())?.paused).toBe(false)
    await window.page.keyboard.press(' ')
    await expect.poll(async () => (await window.player())?.paused).toBe(true)
    const before = (await window.player())?.currentTime ?? 0
    await window.page.keyboard.press('ArrowRight')
    await expect.poll(async () => Math.round(((await window.player())?.currentTime ?? 0) - before)).toBe(5)
    await window.page.keyboard.press('Escape')
    await expect(window.searchField).toBeFocused()

    await window.page.keyboard.press('Control+/')
    await expect(window.page.getByRole('dialog')).toBeVisible()
    await window.page.keyboard.press('Escape')
    await expect(window.page.getByRole('dialog')).toBeHidden()
  })

  test('the library lists every file with its state', async () => {
    await window.showLibrary()
    const all = await items(window.page)
    expect(new Set(all.map((entry) => entry.state))).toEqual(new Set(['indexed']))
    await expect(window.fileRow('hull survey.xyz')).toBeVisible()
  })

  async function skipWithout(engine: 'minilm' | 'yamnet', reason: string): Promise<void> {
    const missing = (await missingModels(window.page)).includes(engine)
    if (missing) console.log(`skipped: ${reason}`)
    test.skip(missing, reason)
  }

  /** `second` is the whole second that the result names. */
  async function expectPlayingFrom(second: number): Promise<void> {
    await expect.poll(async () => (await window.player())?.paused, { message: 'it plays' }).toBe(false)
    const early = (await window.player())?.currentTime ?? -1
    expect(early).toBeGreaterThanOrEqual(second)
    expect(early).toBeLessThan(second + 3)
    await expect.poll(async () => (await window.player())?.currentTime ?? 0, { message: 'it goes on' }).toBeGreaterThan(early + 0.5)
  }
})
