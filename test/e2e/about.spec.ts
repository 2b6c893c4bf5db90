/** About: which app this is, and what it brings along of others, as packaging gathers it. */
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { resolveElectron } from '../../scripts/electron-runtime/resolve.mjs'
import { makeNotices } from '../../scripts/package/notices/notices.mjs'
import { workshop } from '../../scripts/package/layout.mjs'
import { violationsIn } from '../support/accessibility'
import { root } from '../support/checkout'
import { Stage, type OpenApp } from './stage'

const pictures = path.join(root, 'test-results', 'screens')

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('about')))
test.afterEach(() => stage.end())

async function chooseAbout({ app }: OpenApp): Promise<void> {
  await app.electron.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('show-about')?.click()
  })
}

/** What the system is asked to open, instead of having it opened. */
async function opened({ app }: OpenApp): Promise<() => Promise<string[]>> {
  await app.electron.evaluate(({ shell }) => {
    const seen: string[] = []
    Object.assign(globalThis, { openedPaths: seen })
    shell.openPath = (file) => {
      seen.push(file)
      return Promise.resolve('')
    }
  })
  return () => app.electron.evaluate(() => (globalThis as typeof globalThis & { openedPaths: string[] }).openedPaths)
}

async function look(opens: OpenApp, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await opens.app.appearance(scheme)
    for (const [width, height] of [[1280, 800], [720, 480]] as const) {
      await opens.app.resize(width, height)
      await opens.window.picture(path.join(pictures, `${name}-${scheme}-${width}x${height}.png`))
      expect.soft(await violationsIn(opens.window.page), `${name}, ${scheme}, ${width} x ${height}`).toEqual([])
    }
  }
}

test('a checkout in which nothing was packaged says by which command licences are gathered', async () => {
  const running = await stage.launch({ environment: { CONTENTCACHE_NOTICES_DIR: await stage.folder('nothing') } })
  const { page } = running.window
  await running.window.show('Settings')
  await page.getByRole('button', { name: 'About and licences' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'About ContentCache' })).toBeVisible()
  await expect(page.getByText('npm run package')).toBeVisible()
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Settings' })).toHaveAttribute('aria-current', 'page')
  const paths = await opened(running)
  await page.getByRole('button', { name: 'Show the data folder' }).click()
  await page.getByRole('button', { name: 'Licences of Chromium' }).click()
  await expect.poll(paths).toEqual([stage.dataDirectory, path.join(path.dirname(resolveElectron().executable), 'LICENSES.chromium.html')])
  await look(running, 'about-empty')
  await page.getByRole('main').getByRole('button', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
})

test('what was packaged is found by name and by licence, and read to its last line by the keyboard alone', async () => {
  const parts = workshop(await stage.folder('parts'))
  await makeNotices({ ...parts, electron: path.dirname(resolveElectron().executable) }, { electronVersion: resolveElectron().version })
  const running = await stage.launch({ environment: { CONTENTCACHE_NOTICES_DIR: parts.notices } })
  const { page } = running.window
  await chooseAbout(running)
  const filter = page.getByRole('searchbox', { name: 'Filter by name or licence' })
  for (const name of ['vue 3', 'Whisper base', 'Electron']) {
    await filter.fill(name)
    await expect(page.getByRole('listitem').filter({ hasText: name }).first()).toBeVisible()
  }
  await filter.fill('whisper')
  await expect(page.getByRole('listitem')).toHaveCount(1)
  await filter.fill('valibot')
  await filter.press('Tab')
  await page.keyboard.press('Enter')
  const reader = page.getByRole('region', { name: 'Terms of valibot' })
  await expect(reader).toContainText('valibot 1')
  await page.keyboard.press('Tab')
  await expect(reader).toBeFocused()
  await page.keyboard.press('End')
  await expect(reader).toContainText('DEALINGS IN THE')
  await look(running, 'about-terms')
  await filter.fill('')
  await look(running, 'about')
})

test('it can be read in the middle of the first start, which goes on where it was', async () => {
  const running = await stage.launch({ firstStart: true, environment: { CONTENTCACHE_NOTICES_DIR: await stage.folder('nothing') } })
  const { page } = running.window
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByRole('heading', { name: 'Which folders should be searchable?' })).toBeVisible()
  await chooseAbout(running)
  await expect(page.getByRole('heading', { level: 1, name: 'About ContentCache' })).toBeVisible()
  await page.getByRole('button', { name: 'Back to the first steps' }).click()
  await expect(page.getByRole('heading', { name: 'Which folders should be searchable?' })).toBeVisible()
})
