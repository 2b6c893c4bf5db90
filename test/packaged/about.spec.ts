/** About in the built app: the licences that packaging gathered are shown whole, and nothing of it waits for a sidecar. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { AppWindow } from '../support/app-window'
import { enclose, environmentOf, giveAway } from './enclosure'
import { noEnclosure, resources, unpacked } from './installation'
import { ShippedApp } from './shipped-app'

interface Listed {
  name: string
  version: string
  terms: [first: number, count: number][]
}

let base: string
test.beforeEach(() => {
  const reason = noEnclosure()
  if (reason !== null) console.log(`skipped: ${reason}`)
  test.skip(reason !== null, reason ?? '')
  base = mkdtempSync(path.join(tmpdir(), 'contentcache-about-'))
})
test.afterEach(() => rmSync(base, { recursive: true, force: true }))

test('the built app shows every component that it brings along, and the longest terms to their last line', async () => {
  const lines = readFileSync(path.join(resources, 'notices', 'THIRD-PARTY-LICENCES.txt'), 'utf8').split('\n')
  const listed = JSON.parse(readFileSync(path.join(resources, 'notices', 'components.json'), 'utf8')) as Listed[]
  expect(listed.length).toBeGreaterThan(100)

  const enclosure = enclose(base, unpacked, 'contentcache')
  const data = path.join(enclosure.home, '.config', 'ContentCache')
  mkdirSync(data, { recursive: true })
  writeFileSync(path.join(data, 'settings.json'), '{"welcomed":true}')
  giveAway(enclosure.home)
  const app = await ShippedApp.launch({ executable: enclosure.command, env: environmentOf(enclosure) })
  try {
    const { window } = app
    await new AppWindow(window).show('Settings')
    await window.getByRole('button', { name: 'About and licences' }).click()
    await expect(window.getByRole('heading', { level: 1, name: 'About ContentCache' })).toBeVisible()
    await expect(window.getByText(`${listed.length.toLocaleString('en')} components`)).toBeVisible()
    const filter = window.getByRole('searchbox')
    for (const name of ['torch', 'Whisper base', 'vue', 'CPython']) {
      const { version } = listed.find((each) => each.name === name) ?? { version: 'is missing' }
      await filter.fill(`${name} ${version}`)
      await expect(window.getByRole('listitem').getByRole('button').filter({ hasText: `${name} ${version}`.trim() }).first()).toBeVisible()
    }
    const longest = listed.reduce((one, other) => (lengthOf(other) > lengthOf(one) ? other : one))
    expect(lengthOf(longest)).toBeGreaterThan(1000)
    await filter.fill(`${longest.name} ${longest.version}`)
    await window.getByRole('listitem').getByRole('button').first().click()
    const reader = window.getByRole('region', { name: `Terms of ${longest.name}`, exact: true })
    await reader.focus()
    const [first, count] = longest.terms.at(-1) ?? [0, 0]
    const last = lines.slice(first, first + count).filter((line) => line.trim() !== '').at(-1) ?? ''
    // Each End shows lines whose height had been guessed.
    await expect(async () => {
      await window.keyboard.press('End')
      await expect(reader).toContainText(last.trim(), { timeout: 500 })
    }).toPass()
    expect(await reader.locator('[data-index]').count()).toBeLessThan(200)
    await expect(window.getByRole('button', { name: 'Licences of Chromium' })).toBeVisible()
  } finally {
    if (app.runs) await app.quit()
  }
})

function lengthOf({ terms }: Listed): number {
  return terms.reduce((sum, [, count]) => sum + count, 0)
}
