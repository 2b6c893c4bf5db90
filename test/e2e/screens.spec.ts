import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { violationsIn } from '../support/accessibility'
import { root } from '../support/checkout'
import { settled } from '../support/library-status'
import { killHard, survivors } from '../support/processes'
import { Stage, type OpenApp } from './stage'

const pictures = path.join(root, 'test-results', 'screens')
const MEMO = 'memo 0012.m4a'
const TODO = 'boathouse todo.md'
const PICTURE = 'IMG_2041.jpg'

/** Every screen in both appearances and both sizes: axe finds nothing, nothing is cut off, and a picture is kept for people. */
test.describe.serial('screens', () => {
  let stage: Stage
  let app: OpenApp['app']
  let window: OpenApp['window']

  test.beforeAll(async () => {
    await mkdir(pictures, { recursive: true })
    stage = await Stage.open('screens')
    ;({ app, window } = await stage.launch())
  })
  test.afterAll(() => stage.end())

  test('first start', async () => {
    await expect(window.page.getByRole('heading', { level: 1 })).toBeVisible()
    await look('first-start')
    await window.showLibrary()
    await look('first-start-library')
  })

  test('search', async () => {
    const samples = ['Recordings/memo 0012.m4a', 'Video/evening 4.mp4', 'Office/building insurance.pdf', 'Pictures/IMG_2041.jpg']
    await window.addFolder(await stage.samples('papers', ['Notes/boathouse todo.md', 'Notes/sourdough.txt', 'Other/hull survey.xyz', ...samples]))
    await settled(app.window)
    await window.show('Search')
    await window.searchField.fill('')
    await look('search-home')
    await window.search('boathouse')
    await look('search-results')
    await window.momentsOf(MEMO).first().click()
    await expect.poll(async () => (await window.player())?.duration ?? 0).toBeGreaterThan(0)
    await window.page.evaluate(() => document.querySelector('audio')?.pause())
    await look('search-recording')
    await window.search('crystals')
    await window.momentsOf('evening 4.mp4').first().click()
    await expect.poll(async () => (await window.player())?.duration ?? 0).toBeGreaterThan(0)
    await window.page.evaluate(() => document.querySelector('video')?.pause())
    await look('search-video')
    await window.search('rotten window frame')
    await window.momentsOf(TODO).first().click()
    await look('search-document')
    await window.search('fujifilm')
    await window.momentsOf(PICTURE).first().click()
    await look('search-image')
    await window.search('"nothing of the sort"')
    await look('search-nothing')
  })

  test('library', async () => {
    await window.showLibrary()
    await expect(window.fileRow(TODO)).toBeVisible()
    await look('library')
    await window.fileRow(MEMO).getByRole('button').first().click()
    await look('library-preview')
    await window.page.keyboard.press('Escape')
  })

  test('models', async () => {
    await window.show('Models')
    await expect(window.modelCard('Whisper')).toContainText('On this computer')
    await look('models')
  })

  test('status, with a process that was given up', async () => {
    await window.show('Status')
    await expect(window.sidecarCard('Audio engine').getByRole('status')).toHaveText('Running')
    await look('status')
    for (let crash = 1; crash <= 3; crash += 1) {
      await expect.poll(() => app.sidecar('audioprocessor')?.pid, { timeout: 60_000, message: `audioprocessor runs before crash ${crash}` }).toBeDefined()
      const processor = app.sidecar('audioprocessor')
      if (processor === undefined) throw new Error('audioprocessor ended by itself')
      killHard([processor])
      expect(await survivors([processor], 5)).toEqual([])
    }
    await expect(window.sidecarCard('Audio engine').getByRole('status')).toHaveText('Stopped after repeated failures')
    await look('status-failed')
    await window.sidecarCard('Audio engine').getByRole('button', { name: 'Restart' }).click()
    await expect(window.sidecarCard('Audio engine').getByRole('status')).toHaveText('Running', { timeout: 60_000 })
  })

  test('settings and keys', async () => {
    await window.show('Settings')
    await look('settings')
    await window.page.keyboard.press('Control+/')
    await look('keys')
    await window.page.keyboard.press('Escape')
  })

  test('the first start and a machine without models', async () => {
    const bare = await Stage.open('screens-bare')
    const usual = { app, window }
    try {
      ;({ app, window } = await bare.launch({ firstStart: true, modelsDirectory: await bare.folder('models') }))
      for (const step of [1, 2, 3]) {
        await look(`welcome-${step}`)
        await window.page.getByRole('button', { name: 'Skip' }).click()
      }
      await window.show('Models')
      await expect(window.modelCard('Whisper')).toContainText('Not downloaded')
      await look('models-missing')
    } finally {
      ;({ app, window } = usual)
      await bare.end()
    }
  })

  async function look(name: string): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await app.appearance(scheme)
      for (const [width, height] of [[1280, 800], [720, 480]] as const) {
        await app.resize(width, height)
        await window.picture(path.join(pictures, `${name}-${scheme}-${width}x${height}.png`))
        const where = `${name}, ${scheme}, ${width} x ${height}`
        expect.soft(await violationsIn(window.page), where).toEqual([])
        const overflow = await window.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect.soft(overflow, `${where}: scrolls sideways`).toBeLessThanOrEqual(0)
      }
    }
  }
})
