import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Locator } from '@playwright/test'
import type { AppWindow } from '../support/app-window'
import { settled } from '../support/library-status'
import { Stage } from './stage'

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('preview')))
test.afterEach(() => stage.end())

test('of a passage that is taller than the pane, what was found in it is in sight; its beginning when its meaning was found', async () => {
  const folder = await stage.folder('notes')
  const filling = Array.from({ length: 12 }, (_, at) => `In week ${at + 1} the harbour office counted ships and wrote them down.`)
  for (const [name, at] of [['first', 0], ['middle', 6], ['last', 12]] as const) {
    await writeFile(path.join(folder, `${name}.txt`), [...filling.slice(0, at), `Then the ${name}zebra came ashore.`, ...filling.slice(at)].join(' '))
  }
  const { app, window } = await stage.launch()
  await app.resize(720, 480)
  await window.addFolder(folder)
  await settled(app.window)
  await window.show('Search')

  for (const name of ['first', 'middle', 'last']) {
    await window.search(`${name}zebra`)
    await expect(window.momentsOf(`${name}.txt`).locator('mark')).toBeInViewport({ ratio: 1 })
    await window.momentsOf(`${name}.txt`).first().click()
    const text = await openedText(window, `${name}.txt`)
    expect(await text.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight), 'pixels that do not fit').toBeGreaterThan(0)
    await expect(text.locator('mark')).toBeInViewport({ ratio: 1 })
  }

  const byMeaning = 'boats noted by people at a port'
  await expect.poll(async () => (await window.search(byMeaning)).hits.map((hit) => hit.name)).toContain('first.txt')
  await window.momentsOf('first.txt').first().click()
  const text = await openedText(window, 'first.txt')
  await expect(text.locator('mark')).toHaveCount(0)
  const above = (): Promise<number> => text.evaluate((pane) => Math.round(pane.getBoundingClientRect().top - (pane.querySelector('.row')?.getBoundingClientRect().top ?? NaN)))
  await expect.poll(above, 'pixels of the passage that are scrolled out at the top').toBe(0)
})

/** Once it has been scrolled to the passage, so that where it stood before is not taken for it. */
async function openedText(window: AppWindow, name: string): Promise<Locator> {
  const text = window.preview(name).getByRole('region', { name: 'Text' })
  await expect(text.locator('.current')).toBeVisible()
  await window.drawn()
  return text
}
