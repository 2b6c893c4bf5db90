/** The first start on a slow machine: what the window says and takes while neither sidecar is there yet. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { violationsIn } from '../support/accessibility'
import { root } from '../support/checkout'
import { answerDialog } from '../support/dialogs'
import { gatedPython } from '../support/gated-python'
import { settled, snapshot, started } from '../support/library-status'
import { recordWords } from '../support/record-words'
import { Stage, writeNotes, type OpenApp } from './stage'

const pictures = path.join(root, 'test-results', 'screens')

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('first')))
test.afterEach(() => stage.end())

async function look({ app, window }: OpenApp, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await app.appearance(scheme)
    await app.resize(720, 480)
    await window.picture(path.join(pictures, `${name}-${scheme}-720x480.png`))
    expect.soft(await violationsIn(window.page), `${name}, ${scheme}`).toEqual([])
  }
}

test('before any Python runs, the steps are usable, a folder and a question are taken, and both are answered when the engines are there', async () => {
  await mkdir(pictures, { recursive: true })
  const folder = await stage.folder('notes')
  await writeNotes(folder, 3)
  const python = await gatedPython(await stage.folder('python'))
  const opened = await stage.launchWithoutWaiting({ firstStart: true, environment: python.environment })
  const { app, window } = opened
  const { page } = window
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  await expect(page.getByRole('heading', { name: 'Find the sentence, and the second it was said' })).toBeVisible()
  await expect(window.statusLine).toContainText('Starting the search engine…')
  await look(opened, 'starting-welcome')
  await button('Next').click()
  await answerDialog(app, 'showOpenDialog', { canceled: false, filePaths: [folder] })
  await button('Add folder…').click()
  await expect(page.getByText('One folder is added as soon as the search engine has started.')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: folder })).toBeVisible()
  await look(opened, 'starting-folders')
  await button('Next').click()
  await expect(page.getByRole('heading', { name: 'Everything is here' })).toBeVisible()
  await button('Start').click()

  await expect(page.getByText('Starting the search engine…').and(page.getByRole('main').locator('p'))).toBeVisible()
  await expect(page.getByText('One folder is added as soon as the search engine has started.')).toBeVisible()
  await look(opened, 'starting-search-home')
  await window.searchField.pressSequentially('note2word')
  await expect(page.getByText('The search engine is starting. Your results come by themselves.')).toBeVisible()
  await look(opened, 'starting-search')
  await window.show('Library')
  await expect(page.getByText('One folder is added as soon as the search engine has started.')).toBeVisible()
  await look(opened, 'starting-library')
  await window.show('Search')
  expect((await snapshot(app.window)).sidecars.map(({ state, restarts }) => [state, restarts])).toEqual([['starting', 0], ['starting', 0]])

  const words = await recordWords(window.statusLine)
  await python.open('search_server')
  await started(app.window)
  await expect(window.momentsOf('note 2.txt').first()).toBeVisible({ timeout: 60_000 })
  await expect(window.searchField).toBeFocused()
  await expect(window.searchField).toHaveValue('note2word')
  await settled(app.window)
  await expect(window.statusLine).toContainText('Starting the audio engine…')
  expect((await words()).join('\n')).toContain('Loading the model that finds by meaning…')
  await look(opened, 'starting-audio')
  await python.open('audioprocessor')
  await expect(window.statusLine).toContainText('3 files indexed')
  expect(await page.getByRole('region', { name: 'Messages' }).innerText()).not.toMatch(/still starting|\bnot\b|fail/i)
})

test('whoever quits before the chosen folders were taken, or is cut off, sees the steps again, and the folders are taken then', async () => {
  const folders = [await stage.folder('notes'), await stage.folder('more notes')]
  for (const folder of folders) await writeNotes(folder, 1)
  const python = await gatedPython(await stage.folder('python'))
  const options = { firstStart: true, environment: python.environment }
  const button = ({ window }: OpenApp, name: string) => window.page.getByRole('button', { name, exact: true })
  const pending = ({ window }: OpenApp) => window.page.getByText(/added as soon as the search engine has started/)
  const choose = async (opened: OpenApp, folder: string | undefined): Promise<void> => {
    await answerDialog(opened.app, 'showOpenDialog', { canceled: false, filePaths: folder === undefined ? [] : [folder] })
    await button(opened, 'Add folder…').click()
  }

  const first = await stage.launchWithoutWaiting(options)
  await button(first, 'Next').click()
  await choose(first, folders[0])
  await button(first, 'Next').click()
  await button(first, 'Start').click()
  await expect(first.window.searchField).toBeFocused()
  expect((await first.app.quit()).map(({ command }) => command)).toEqual([])

  const second = await stage.launchWithoutWaiting(options)
  await button(second, 'Next').click()
  await expect(pending(second)).toContainText('One folder is added')
  await choose(second, folders[1])
  await expect(pending(second)).toContainText('2 folders are added')
  await expect.poll(() => readFile(path.join(stage.dataDirectory, 'folders-pending.json'), 'utf8')).toContain('more notes')
  await second.app.kill()

  const third = await stage.launchWithoutWaiting(options)
  await button(third, 'Next').click()
  await expect(pending(third)).toContainText('2 folders are added')
  await third.app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload())
  await button(third, 'Next').click()
  await expect(pending(third)).toContainText('2 folders are added')
  await python.open('search_server')
  await expect.poll(async () => (await snapshot(third.app.window)).library?.roots.map(({ path: at }) => at).sort(), { timeout: 60_000 }).toEqual(folders.sort())
  await expect(pending(third)).toBeHidden()
  await expect.poll(() => existsSync(path.join(stage.dataDirectory, 'folders-pending.json'))).toBe(false)
  expect(await third.window.page.getByRole('region', { name: 'Messages' }).innerText()).not.toMatch(/already|\bnot\b|fail/i)
})

test('the menu leads to every page in the middle of the first start, and each leads back to the step', async () => {
  const opened = await stage.launch({ firstStart: true })
  const { app, window } = opened
  const { page } = window
  const step = page.getByRole('heading', { name: 'Which folders should be searchable?' })
  const choose = (item: string) => app.electron.evaluate(({ Menu }, id) => void Menu.getApplicationMenu()?.getMenuItemById(id)?.click(), item)
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await expect(step).toBeFocused()

  const pages = { 'show-library': 'Find the sentence, and the second it was said', 'show-models': 'Models', 'show-status': 'Status', 'show-settings': 'Settings', 'show-about': 'About ContentCache' }
  for (const [id, heading] of Object.entries(pages)) {
    await choose(id)
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
    await expect(step).toBeHidden()
    await expect(page.getByRole('main')).toBeFocused()
    await look(opened, `first-start-${id}`)
    await page.getByRole('button', { name: 'Back to the first steps' }).click()
    await expect(step).toBeFocused()
  }
  await choose('show-settings')
  await expect(step).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(step).toBeFocused()
})
