/** Models from the window: fetched from the double of the hubs by the real downloader, into folders of their own. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import type { ModelEntry } from '../../electron/contract/relay'
import type { ModelId, ModelStatusEvent } from '../../electron/contract/generated/contract'
import { modelsDirectory } from '../support/checkout'
import { HubDouble } from '../support/hub-double'
import { item, items, settled, snapshot } from '../support/library-status'
import { survivors } from '../support/processes'
import { Stage, type OpenApp } from './stage'

const MEMO = 'memo 0012.m4a'
/** Bytes a second: so slow that no download ends before it is let go. */
const slow = 5e6
const mebibyte = 1 << 20

let stage: Stage
let hub: HubDouble
let models: string

test.beforeEach(async () => {
  stage = await Stage.open('downloads')
  models = await stage.folder('models')
  hub = await HubDouble.start(await stage.folder('hub'))
})
test.afterEach(async () => {
  await stage.end()
  await hub.end()
})

function open(options: Parameters<Stage['launch']>[0] = {}): Promise<OpenApp> {
  return stage.launch({ modelsDirectory: models, environment: hub.environment, ...options })
}

async function entry({ app }: OpenApp, model: ModelId): Promise<ModelEntry> {
  const found = (await snapshot(app.window)).models.find((candidate) => candidate.model === model)
  if (found === undefined) throw new Error(`${model} is not in the picture`)
  return found
}

async function statusOf(opened: OpenApp): Promise<ModelStatusEvent> {
  const { status } = await entry(opened, 'whisper-base')
  if (status === null) throw new Error('Whisper has no status')
  return status
}

async function arriving(opened: OpenApp, model: ModelId, bytes = mebibyte): Promise<void> {
  await expect.poll(async () => (await entry(opened, model)).progress?.bytes ?? 0, { timeout: 30_000 }).toBeGreaterThan(bytes)
}

test('from a machine without models: downloaded from the Models page, a recording is transcribed and found by itself', async () => {
  const opened = await open()
  const { app, window } = opened
  await window.addFolder(await stage.samples('library', [`Recordings/${MEMO}`]))
  await settled(app.window)
  expect((await item(app.window, MEMO)).state).toBe('needs-model')

  await window.show('Models')
  const card = window.modelCard('Whisper')
  await expect(card).toContainText('139 MB')
  await expect(card).toContainText('MIT')
  hub.throttle(slow)
  await card.getByRole('button', { name: /^Download/ }).click()
  await expect(card.getByRole('progressbar')).toBeVisible()
  await expect(card).toContainText(/MB of 139 MB/)
  await expect(card).toContainText(/MB\/s/)
  await expect(card).toContainText(/left/)
  hub.throttle(null)
  await expect(card).toContainText('On this computer', { timeout: 60_000 })
  await expect.poll(async () => (await item(app.window, MEMO)).state, { timeout: 90_000 }).toBe('indexed')
  const { hits } = await window.search('flower pot')
  expect(hits.map(({ name }) => name)).toContain(MEMO)
})

test('cancel keeps what has arrived, resume fetches only the rest, verify reads it, remove says what it destroys', async () => {
  const opened = await open()
  const { window } = opened
  await window.show('Models')
  const card = window.modelCard('Whisper')
  hub.throttle(slow)
  await card.getByRole('button', { name: /^Download/ }).click()
  await arriving(opened, 'whisper-base', 10 * mebibyte)
  await card.getByRole('button', { name: /^Cancel/ }).click()
  const resume = card.getByRole('button', { name: /^Resume/ })
  await expect(resume).toBeVisible()
  const { partial, size } = await statusOf(opened)
  const before = await hub.fetched('base.pt')
  hub.throttle(null)
  await resume.click()
  await expect(card).toContainText('On this computer', { timeout: 60_000 })
  expect((await hub.fetched('base.pt')).bytes - before.bytes).toBe(size - partial)

  await card.getByRole('button', { name: /^Verify/ }).click()
  await expect(card).toContainText(/every byte/i)
  await card.getByRole('button', { name: /^Remove/ }).click()
  await expect(card).toContainText('139 MB')
  expect((await entry(opened, 'whisper-base')).status?.state).toBe('present')
  await card.getByRole('button', { name: /^Remove/ }).last().click()
  await expect(card.getByRole('button', { name: /^Download/ })).toBeVisible()
  expect(await readdir(models)).not.toContain('base.pt')
})

test('a source that refuses is a sentence with a next step, and trying again works', async () => {
  hub.fail({ path: 'base.pt', times: 100, status: 403 })
  const opened = await open()
  const { window } = opened
  await window.show('Models')
  const card = window.modelCard('Whisper')
  await card.getByRole('button', { name: /^Download/ }).click()
  await expect(card).toContainText(/refused/i)
  const { failure } = await entry(opened, 'whisper-base')
  await expect(card).toContainText(failure?.message ?? 'no failure')
  await expect(card).toContainText(failure?.next_step ?? 'no next step')
  hub.clearFaults()
  await card.getByRole('button', { name: /^Try again/ }).click()
  await expect(card).toContainText('On this computer', { timeout: 60_000 })
  await expect(card).not.toContainText(/refused/i)
})

test('main killed in the middle of a download: no process stays, and the next launch goes on from there', async () => {
  hub.throttle(slow)
  const first = await open()
  await first.window.show('Models')
  await first.window.modelCard('Whisper').getByRole('button', { name: /^Download/ }).click()
  await arriving(first, 'whisper-base', 5 * mebibyte)
  const mine = first.app.processes()
  expect(mine.some(({ command }) => command.includes('backend.models.downloader'))).toBe(true)
  process.kill(first.app.main.pid, 'SIGKILL')
  expect(await survivors(mine, 15)).toEqual([])

  const second = await open()
  await second.window.show('Models')
  const card = second.window.modelCard('Whisper')
  await expect(card).toContainText(/Interrupted/i)
  const { partial, size } = await statusOf(second)
  expect(partial).toBeGreaterThan(4 * mebibyte)
  const before = await hub.fetched('base.pt')
  hub.throttle(null)
  await card.getByRole('button', { name: /^Resume/ }).click()
  await expect(card).toContainText('On this computer', { timeout: 60_000 })
  expect((await hub.fetched('base.pt')).bytes - before.bytes).toBe(size - partial)
})

test('two apps over one models folder: one download, both windows follow it and both have the model', async () => {
  hub.throttle(slow)
  const one = await open()
  const two = await open({ dataDirectory: await stage.folder('other data') })
  for (const { window } of [one, two]) await window.show('Models')
  const [first, second] = [one.window.modelCard('Whisper'), two.window.modelCard('Whisper')]
  await first.getByRole('button', { name: /^Download/ }).click()
  await arriving(one, 'whisper-base')
  // What the first has fetched so far lies there already when the second looks.
  await second.getByRole('button', { name: /^(Download|Resume)/ }).click()
  await expect(second).toContainText('Another process is downloading it')
  hub.throttle(null)
  for (const card of [first, second]) await expect(card).toContainText('On this computer', { timeout: 60_000 })
  expect((await hub.fetched('base.pt')).requests).toBe(1)
})

test('what one machine exports, a machine that is offline imports from its window', async () => {
  const one = await open({ modelsDirectory })
  const file = path.join(await stage.folder('usb stick ä'), 'models.tar')
  await answerDialog(one, 'showSaveDialog', { canceled: false, filePath: file })
  await one.window.show('Models')
  await one.window.page.getByRole('button', { name: /^Export/ }).first().click()
  await expect(one.window.page.getByText(/Written to .*models\.tar/).first()).toBeVisible({ timeout: 60_000 })
  await one.app.quit()

  const other = await open({ dataDirectory: await stage.folder('other data'), offline: true })
  await other.window.show('Models')
  const card = other.window.modelCard('Whisper')
  await expect(card.getByRole('button', { name: /^Download/ })).toBeDisabled()
  await answerDialog(other, 'showOpenDialog', { canceled: false, filePaths: [file] })
  await other.window.importModels('file')
  await expect(card).toContainText('On this computer', { timeout: 60_000 })
  await expect(other.window.modelCard('MiniLM')).toContainText('On this computer')
  expect((await hub.fetched('')).requests).toBe(0)
})

test('the window takes no more memory for a large model than for a small part of it', async () => {
  hub.throttle(slow)
  const opened = await open()
  const { app, window } = opened
  await window.show('Models')
  const session = await app.window.context().newCDPSession(app.window)
  const heap = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage')).usedSize
  }
  await window.modelCard('Whisper').getByRole('button', { name: /^Download/ }).click()
  await arriving(opened, 'whisper-base', 8 * mebibyte)
  const early = await heap()
  hub.throttle(20e6)
  await arriving(opened, 'whisper-base', 110 * mebibyte)
  const late = await heap()
  expect((late - early) / mebibyte, 'MiB of heap for 100 MiB of a model').toBeLessThan(2)
})

async function answerDialog({ app }: OpenApp, dialog: 'showOpenDialog' | 'showSaveDialog', answer: object): Promise<void> {
  await app.electron.evaluate((electron, [name, result]) => Object.assign(electron.dialog, { [name]: () => Promise.resolve(result) }), [dialog, answer] as const)
}

test('first start: three steps, the chosen folder and models, and then the search finds what is said', async () => {
  const home = await stage.folder('home')
  const music = await stage.samples('home/Music', [`Recordings/${MEMO}`])
  const config = await stage.folder('home', '.config')
  await writeFile(path.join(config, 'user-dirs.dirs'), 'XDG_MUSIC_DIR="$HOME/Music"\n')
  const { app, window } = await open({ firstStart: true, environment: { ...hub.environment, HOME: home, XDG_CONFIG_HOME: config } })
  const { page } = window
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Next' }).click()
  const folder = page.getByRole('checkbox', { name: new RegExp(path.basename(music)) })
  await expect(folder).not.toBeChecked()
  await folder.check()
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByRole('checkbox', { name: /Whisper/ })).toBeChecked()
  await page.getByRole('button', { name: 'Back' }).click()
  await expect(folder).toBeChecked()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(window.searchField).toBeFocused()
  await expect.poll(async () => (await items(app.window)).map(({ name, state }) => [name, state]), { timeout: 120_000 }).toEqual([[MEMO, 'indexed']])
  const { hits } = await window.search('flower pot')
  expect(hits.map(({ name }) => name)).toContain(MEMO)
})
