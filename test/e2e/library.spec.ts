import { copyFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import type { RootCounts } from '../../electron/contract/generated/contract'
import { sampleLibrary } from '../support/checkout'
import { item, items, settled, status } from '../support/library-status'
import { Stage, writeNotes, type OpenApp } from './stage'

/** Folders come and go, files fail and are tried again, work stops and goes on. */
test.describe.serial('the library', () => {
  let stage: Stage
  let app: OpenApp['app']
  let window: OpenApp['window']

  test.beforeAll(async () => {
    stage = await Stage.open('library')
    ;({ app, window } = await stage.launch())
    await app.resize(1280, 800)
  })
  test.afterAll(() => stage.end())

  test('a pasted path is added', async () => {
    const folder = await stage.samples('pasted', ['Notes/boathouse todo.md', 'Notes/sourdough.txt'])
    await window.showLibrary()
    await app.electron.evaluate(async ({ clipboard, BrowserWindow }, text) => {
      await clipboard.writeText(text)
      BrowserWindow.getAllWindows()[0]?.webContents.paste()
    }, folder)
    await expect(window.folder(folder)).toBeVisible()
    await settled(app.window)
    await expect(window.fileRow('sourdough.txt')).toContainText(/indexed/i)
  })

  test('a dropped folder is added', async () => {
    const folder = await stage.samples('dropped', ['Notes/winter reading.txt'])
    const devtools = await window.page.context().newCDPSession(window.page)
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data: { items: [], files: [folder], dragOperationsMask: 1 } })
    }
    await expect(window.folder(folder)).toBeVisible()
    await settled(app.window)
    await expect(window.fileRow('winter reading.txt')).toContainText(/indexed/i)
  })

  test('a folder that is no folder is refused in words', async () => {
    await window.showLibrary()
    const field = window.page.locator('#folder-path').filter({ visible: true })
    if (!(await field.isVisible())) await window.page.locator('summary').filter({ visible: true }).first().click()
    await field.fill(path.join(await stage.folder('somewhere'), 'missing'))
    await field.press('Enter')
    await expect(window.page.getByRole('region', { name: /notice|message/i })).toContainText(/no folder|not a folder|does not exist|cannot be found|no such/i)
    expect((await status(window.page)).library.roots).toHaveLength(2)
  })

  test('a damaged file fails with a sentence, and Retry indexes it once it is whole', async () => {
    const folder = await stage.folder('damaged')
    await writeFile(path.join(folder, 'policy.pdf'), '%PDF-1.7\nthis is where the scanner lost its power\n')
    await writeFile(path.join(folder, 'memo.m4a'), Buffer.alloc(4000, 7))
    await window.addFolder(folder)
    await settled(app.window)
    for (const name of ['policy.pdf', 'memo.m4a']) {
      const failed = await item(window.page, name)
      expect(failed, name).toMatchObject({ state: 'failed' })
      expect(failed.problem?.message ?? '', name).toMatch(/\w+ \w+ \w+/)
      expect(failed.problem?.message, name).not.toMatch(/Traceback|Error:|Exception|errno/i)
      await expect(window.fileRow(name)).toContainText(failed.problem?.message ?? '-')
    }
    // The same size and date would hide the change from a scan: Retry has to look at the content.
    await copyFile(path.join(sampleLibrary, 'Office', 'building insurance.pdf'), path.join(folder, 'policy.pdf'))
    await window.page.getByRole('button', { name: /retry.*policy\.pdf/i }).click()
    await expect.poll(async () => (await item(window.page, 'policy.pdf')).state, { timeout: 30_000 }).toBe('indexed')
    expect((await window.search('"first 750 euros"')).hits.map((hit) => hit.name)).toEqual(['policy.pdf'])
  })

  test('work stops at once and goes on when asked', async () => {
    const folder = await stage.folder('many')
    await writeNotes(folder, 400)
    await window.addFolder(folder)
    await window.page.getByRole('button', { name: /^(pause|stop)/i }).click()
    await expect.poll(async () => (await status(window.page)).library.queue).toMatchObject({ paused: true, working: 0 })
    const stopped = await countsOf(folder)
    expect(stopped.waiting).toBeGreaterThan(0)
    await expect(window.statusLine).toContainText(/paused|stopped/i)
    await window.page.waitForTimeout(1500)
    expect(await countsOf(folder)).toEqual(stopped)

    await window.page.getByRole('button', { name: /^resume/i }).click()
    await settled(app.window)
    expect((await items(window.page)).filter((entry) => entry.name.startsWith('note '))).toHaveLength(400)
    expect((await window.search('"note250word"')).hits.map((hit) => hit.name)).toEqual(['note 250.txt'])
  })

  async function countsOf(folder: string): Promise<RootCounts> {
    const root = (await status(window.page)).library.roots.find((entry) => entry.path === folder)
    if (root === undefined) throw new Error(`${folder} is not in the library`)
    return root.counts
  }

  test('a removed folder is no longer found, and Undo brings it back', async () => {
    const folder = await stage.folder('dropped')
    await window.showLibrary()
    await window.folder(folder).getByRole('button', { name: /remove/i }).click()
    await expect(window.folder(folder)).toHaveCount(0)
    expect((await window.search('lighthouse keeper letters 1891')).hits.map((hit) => hit.name)).not.toContain('winter reading.txt')
    await window.page.getByRole('button', { name: /undo/i }).click()
    await expect.poll(async () => (await status(window.page)).library.roots.map((root) => root.path)).toContain(folder)
    expect((await window.search('lighthouse keeper letters 1891')).hits.map((hit) => hit.name)).toContain('winter reading.txt')
  })

  test('a file that was renamed, changed or deleted is followed by a new scan', async () => {
    const folder = await stage.folder('pasted')
    await rename(path.join(folder, 'sourdough.txt'), path.join(folder, 'bread.txt'))
    await writeFile(path.join(folder, 'boathouse todo.md'), 'Only the anchor is left to paint.\n')
    await window.showLibrary()
    await window.folder(folder).getByRole('button', { name: /look for changes/i }).click()
    await expect.poll(async () => (await items(window.page)).map((entry) => entry.name)).toContain('bread.txt')
    await settled(app.window)
    expect((await items(window.page)).map((entry) => entry.name)).not.toContain('sourdough.txt')
    expect((await window.search('"plywood"')).hits).toEqual([])
    expect((await window.search('"left to paint"')).hits.map((hit) => hit.name)).toEqual(['boathouse todo.md'])
  })
})
