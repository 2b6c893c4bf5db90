/** What stays at the foot of the window until it is closed covers nothing for good. */
import { expect, test, type Locator } from '@playwright/test'
import { answerDialog, askedOfDialogs } from '../support/dialogs'
import { Stage } from './stage'

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('notices')))
test.afterEach(() => stage.end())

test('while notices stand, the last button of every page is reached with wheel and mouse in the smallest window', async () => {
  const { app, window } = await stage.launch()
  const { page } = window
  await app.resize(720, 480)
  await window.showLibrary()
  const messages = page.getByRole('region', { name: 'Messages' })
  for (const name of ['nowhere', 'nor there']) {
    await page.locator('#folder-path').fill(`/${name}/at all`)
    await page.locator('#folder-path').press('Enter')
    await expect(messages).toContainText(`There is no folder at /${name}/at all.`)
  }

  /** As a hand does it: to the end of the page, then where the button is. Playwright's own click would look for a way around. */
  async function clickAtTheEnd(button: Locator): Promise<void> {
    await page.mouse.move(400, 100)
    await page.mouse.wheel(0, 100_000)
    await expect(button).toBeInViewport()
    await window.drawn()
    const box = await button.boundingBox()
    if (box === null) throw new Error('the button is not drawn')
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  }

  await answerDialog(app, 'showSaveDialog', { canceled: true })
  await window.show('Status')
  await clickAtTheEnd(page.getByRole('button', { name: 'Back up…' }))
  await expect.poll(async () => (await askedOfDialogs(app)).length).toBe(1)
  await window.show('Models')
  await clickAtTheEnd(page.getByRole('button', { name: 'Export…' }))
  await expect.poll(async () => (await askedOfDialogs(app)).length).toBe(2)
  await window.show('Settings')
  await clickAtTheEnd(page.getByRole('button', { name: 'About and licences' }))
  await expect(page.getByRole('heading', { name: 'About ContentCache' })).toBeVisible()

  // Closed, they give the room back.
  const close = messages.getByRole('button', { name: 'Close' })
  for (const left of [2, 1]) {
    await expect(close).toHaveCount(left)
    await close.first().click()
  }
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--under-notices'))).toBe('0px')
})
