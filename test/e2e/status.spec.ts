import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import type { Locator } from '@playwright/test'
import { settled, snapshot } from '../support/library-status'
import { killHard, survivors } from '../support/processes'
import { recordWords } from '../support/record-words'
import { secretsOf } from './security/attacked'
import { Stage, type OpenApp } from './stage'

type Card = Parameters<OpenApp['window']['sidecarCard']>[0]
const sidecars: readonly [Card, 'search_server' | 'audioprocessor'][] = [
  ['Search engine', 'search_server'],
  ['Audio engine', 'audioprocessor'],
]

/** What a person sees of the processes behind the window, and can do about them. */
test.describe.serial('the Status page', () => {
  let stage: Stage
  let app: OpenApp['app']
  let window: OpenApp['window']

  test.beforeAll(async () => {
    stage = await Stage.open('status')
    ;({ app, window } = await stage.launch())
    const folder = await stage.samples('library', ['Notes/sourdough.txt'])
    await writeFile(path.join(folder, 'policy.pdf'), '%PDF-1.7\nthis is where the scanner lost its power\n')
    await window.addFolder(folder)
    await settled(app.window)
    await window.show('Status')
  })
  test.afterAll(() => stage.end())

  const pidOf = async (card: Locator): Promise<number> => Number(await window.fact(card, 'Process').innerText())

  test('shows both processes as they are', async () => {
    for (const [name, module] of sidecars) {
      const card = window.sidecarCard(name)
      await expect(card.getByRole('status')).toHaveText('Running')
      expect(await pidOf(card)).toBe(app.sidecar(module)?.pid)
      await expect(window.fact(card, 'Restarts')).toHaveText('0')
      await expect(window.fact(card, 'Memory')).toHaveText(/^\d+ MB$/, { timeout: 60_000 })
      await expect(window.fact(card, 'Uptime')).toHaveText(/^\d+ (s|min)$/)
      await expect(card).not.toContainText('Last failure')
    }
    await expect(window.sidecarCard('Search engine')).toContainText('MiniLM')
    await expect(window.sidecarCard('Audio engine')).toContainText(/Whisper.*YAMNet/s)
  })

  test('counts on while one looks', async () => {
    const uptime = window.fact(window.sidecarCard('Search engine'), 'Uptime')
    const before = await uptime.innerText()
    await expect(uptime).not.toHaveText(before, { timeout: 90_000 })
  })

  test('leads from the number of files that failed to those files', async () => {
    await expect(window.page.getByRole('region', { name: 'Files' })).toContainText(/Waiting\s*0\s*Working\s*0\s*Failed\s*1\s*Needs a model\s*0/)
    await window.page.getByRole('button', { name: 'Show the file that failed' }).click()
    await expect(window.fileRow('policy.pdf')).toBeVisible()
    await expect(window.fileRow('sourdough.txt')).toHaveCount(0)
    await window.show('Status')
  })

  test('a process that is killed is seen to come back, and its failure stays to be read', async () => {
    const card = window.sidecarCard('Audio engine')
    const before = app.sidecar('audioprocessor')
    if (before === undefined) throw new Error('audioprocessor does not run')
    const words = await recordWords(card.getByRole('status'))
    killHard([before])
    expect(await survivors([before], 5)).toEqual([])
    await expect(window.fact(card, 'Restarts')).toHaveText('1', { timeout: 60_000 })
    await expect(card.getByRole('status')).toHaveText('Running', { timeout: 60_000 })
    expect(await words()).toContain('Restarting after a failure…')
    expect(await pidOf(card)).not.toBe(before.pid)
    expect(await pidOf(card)).toBe(app.sidecar('audioprocessor')?.pid)
    const { lastFailure } = (await snapshot(app.window)).sidecars.find(({ name }) => name === 'audio-processor') ?? {}
    expect(lastFailure?.problem.message ?? '').toMatch(/\w+ \w+/)
    await expect(card).toContainText(lastFailure?.problem.message ?? '-')
    const when = new Intl.DateTimeFormat('en', { timeStyle: 'short' }).format(lastFailure?.at)
    await expect(card.getByRole('heading', { level: 3 })).toHaveText(`Last failure: ${when}`)
  })

  test('Restart works on one that runs', async () => {
    const card = window.sidecarCard('Search engine')
    const before = await pidOf(card)
    await card.getByRole('button', { name: 'Restart' }).click()
    await expect.poll(() => app.sidecar('search_server')?.pid ?? before, { timeout: 60_000 }).not.toBe(before)
    await expect(card.getByRole('status')).toHaveText('Running', { timeout: 60_000 })
    expect(await pidOf(card)).toBe(app.sidecar('search_server')?.pid)
    // Nothing failed: a person wanted it.
    await expect(card).not.toContainText('Last failure')
  })

  test('Copy diagnostics gives versions and states to the clipboard, and no secret', async () => {
    await app.electron.evaluate(({ clipboard }) => clipboard.writeText('before'))
    await window.page.getByRole('button', { name: 'Copy diagnostics' }).click()
    await expect(window.page.getByRole('region', { name: 'Messages' })).toContainText('can name your files')
    const text = await app.electron.evaluate(({ clipboard }) => clipboard.readText())
    expect(text).toMatch(/ContentCache: \d+\.\d+\.\d+/)
    expect(text).toMatch(/Electron: \d+\./)
    expect(text).toMatch(/free space there: [\d,]+ MB/)
    expect(text).toMatch(/## search-server\nstate: ready\npid: \d+/)
    expect(text).toMatch(/## audio-processor\nstate: ready[\s\S]*restarts: 1/)
    const { relay, search } = await secretsOf(app)
    expect([relay.token, search.secret].filter((secret) => text.includes(secret))).toEqual([])
  })

  test('Open logs opens the folder with the logs', async () => {
    await app.electron.evaluate(({ shell }) => {
      const seen = globalThis as typeof globalThis & { openedPath?: string }
      shell.openPath = (opened) => {
        seen.openedPath = opened
        return Promise.resolve('')
      }
    })
    await window.page.getByRole('button', { name: 'Open logs' }).click()
    await expect
      .poll(() => app.electron.evaluate(() => (globalThis as typeof globalThis & { openedPath?: string }).openedPath))
      .toBe(path.join(stage.dataDirectory, 'logs'))
  })

  test('the dots of the status line lead here', async () => {
    await window.show('Search')
    await window.statusLine.getByRole('button', { name: 'Audio engine: Running' }).click()
    await window.statusLine.getByRole('button', { name: 'Details' }).click()
    await expect(window.page.getByRole('heading', { level: 1, name: 'Status' })).toBeVisible()
    await expect(window.sidecarCard('Audio engine')).toBeFocused()
  })

  test('the menu leads here', async () => {
    await window.show('Search')
    await app.electron.evaluate(({ Menu }) => {
      const find = (items: Electron.MenuItem[], label: string): Electron.MenuItem | undefined =>
        items.find((item) => item.label.replace('&', '') === label) ?? items.flatMap((item) => find(item.submenu?.items ?? [], label) ?? []).at(0)
      find(Menu.getApplicationMenu()?.items ?? [], 'Status')?.click()
    })
    await expect(window.page.getByRole('heading', { level: 1, name: 'Status' })).toBeVisible()
  })
})
