/** The library as a whole, in the real app: damaged and made again, backed up from the menu, restored. */
import { existsSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import type { LibraryCareEnded } from '../../electron/contract/generated/contract'
import type { MenuCommand } from '../../electron/contract/ipc'
import { answerDialog, askedOfDialogs } from '../support/dialogs'
import { integrity } from '../support/library-file'
import { items, settled, snapshot, status } from '../support/library-status'
import { watch } from '../support/patience'
import { survivors } from '../support/processes'
import { Stage, writeNotes, type OpenApp } from './stage'

const NOTES = 12

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('care')))
test.afterEach(() => stage.end())

async function chooseFromMenu({ app }: OpenApp, command: MenuCommand): Promise<void> {
  await app.electron.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click()
  }, command)
}

async function ended({ app }: OpenApp, task: LibraryCareEnded['task']): Promise<LibraryCareEnded> {
  const { libraryCare } = await watch({
    what: `the end of ${task}`,
    look: () => snapshot(app.window),
    done: (seen) => seen.libraryCare.task === null && seen.libraryCare.last?.task === task,
    sign: (seen) => JSON.stringify([seen.libraryCare, seen.sidecars.map(({ state }) => state)]),
    silence: 60,
  })
  if (libraryCare.last === null) throw new Error('nothing has ended')
  return libraryCare.last
}

/** Every page after the first is overwritten, as by a disk that fails. */
async function damage(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    await handle.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
  } finally {
    await handle.close()
  }
}

test('a library that was damaged while the app was closed is made again by itself: it says so, keeps the damaged file and indexes the folders', async () => {
  const folder = await stage.folder('library')
  await writeNotes(folder, NOTES)
  const first = await stage.launch()
  await first.window.addFolder(folder)
  await settled(first.app.window)
  await first.app.quit()
  const database = path.join(stage.dataDirectory, 'library.db')
  await damage(database)

  const again = await stage.launch()
  const last = await ended(again, 'recover')
  expect(last).toMatchObject({ outcome: 'done', folders: 1, problem: { code: 'library-damaged' } })
  expect(last.file).not.toBeNull()
  expect(existsSync(last.file ?? '')).toBe(true)
  const messages = again.window.page.getByRole('region', { name: 'Messages' })
  await expect(messages).toContainText(/was damaged.*One folder is being indexed again.*damaged file is kept at/s)
  await expect(messages).toContainText(last.file ?? 'no file')
  await settled(again.app.window)
  expect((await items(again.app.window)).map(({ state }) => state)).toEqual(Array.from({ length: NOTES }, () => 'indexed'))
  const { hits } = await again.window.search('"note7word"')
  expect(hits.map(({ name }) => name)).toEqual(['note 7.txt'])
  expect((await readdir(stage.dataDirectory)).filter((name) => /^library.*\.db$/.test(name))).toHaveLength(2)
  await again.app.quit()
  expect(await integrity(stage.dataDirectory)).toBe('ok')
})

test('backed up from the menu while it runs; a folder that was removed is there and found again after a restore', async () => {
  const [kept, removed] = [await stage.folder('kept'), await stage.folder('removed')]
  await writeNotes(kept, 2)
  await writeNotes(removed, NOTES)
  const opened = await stage.launch()
  const { app, window } = opened
  for (const folder of [kept, removed]) await window.addFolder(folder)
  await settled(app.window)

  const file = path.join(await stage.folder('elsewhere'), 'my backup.db')
  await answerDialog(opened.app, 'showSaveDialog', { canceled: false, filePath: file })
  const before = app.processes().map(({ pid }) => pid)
  await chooseFromMenu(opened, 'back-up-library')
  expect(await ended(opened, 'backup')).toMatchObject({ outcome: 'done', file, folders: 2 })
  expect(app.processes().map(({ pid }) => pid)).toEqual(expect.arrayContaining(before))
  await expect(window.page.getByText(file).first()).toBeVisible()
  const [asked] = await askedOfDialogs(opened.app)
  expect(asked?.['defaultPath']).toMatch(/contentcache-library-\d{4}-\d\d-\d\d\.db$/)

  const root = (await status(app.window)).library.roots.find((candidate) => candidate.path === removed)
  await app.window.evaluate((rootId) => globalThis.window.contentcache.invoke('library:remove-folder', { rootId }), root?.id ?? 0)
  expect((await window.search('"note7word"')).hits).toEqual([])

  await answerDialog(opened.app, 'showOpenDialog', { canceled: false, filePaths: [file] })
  await answerDialog(opened.app, 'showMessageBox', { response: 1 })
  await chooseFromMenu(opened, 'restore-library')
  await expect.poll(async () => (await askedOfDialogs(opened.app)).length).toBe(3)
  expect((await askedOfDialogs(opened.app))[2]).toMatchObject({ buttons: ['Restore', 'Cancel'], defaultId: 1, cancelId: 1, detail: expect.stringContaining(stage.dataDirectory) })
  expect((await snapshot(app.window)).libraryCare).toMatchObject({ task: null, last: { task: 'backup' } })

  await answerDialog(opened.app, 'showMessageBox', { response: 0 })
  await chooseFromMenu(opened, 'restore-library')
  const restored = await ended(opened, 'restore')
  expect(restored).toMatchObject({ outcome: 'done', folders: 2, problem: null })
  expect(restored.file?.startsWith(stage.dataDirectory)).toBe(true)
  await settled(app.window)
  expect((await window.search('"note7word"')).hits.map(({ name }) => name)).toEqual(['note 7.txt'])

  await answerDialog(opened.app, 'showOpenDialog', { canceled: false, filePaths: [path.join(removed, 'note 1.txt')] })
  await chooseFromMenu(opened, 'restore-library')
  expect(await ended(opened, 'restore')).toMatchObject({ outcome: 'failed' })
  await settled(app.window)
  expect((await window.search('"note7word"')).hits.map(({ name }) => name)).toEqual(['note 7.txt'])
})

test('a quit in the middle of a restore waits for it, starts nothing after it and leaves no process', async () => {
  const folder = await stage.folder('library')
  await writeNotes(folder, NOTES)
  const opened = await stage.launch()
  await opened.window.addFolder(folder)
  await settled(opened.app.window)
  const file = path.join(await stage.folder('elsewhere'), 'my backup.db')
  await answerDialog(opened.app, 'showSaveDialog', { canceled: false, filePath: file })
  await chooseFromMenu(opened, 'back-up-library')
  await ended(opened, 'backup')

  await answerDialog(opened.app, 'showOpenDialog', { canceled: false, filePaths: [file] })
  await answerDialog(opened.app, 'showMessageBox', { response: 0 })
  const before = opened.app.processes()
  await chooseFromMenu(opened, 'restore-library')
  await expect.poll(() => opened.app.processes().some(({ command }) => command.includes('backend.library.care')), { intervals: [20], timeout: 30_000 }).toBe(true)
  const all = [...before, ...opened.app.processes()]
  expect((await opened.app.quit()).map(({ command }) => command)).toEqual([])
  expect(await survivors(all, 1)).toEqual([])
  expect((await readdir(stage.dataDirectory)).some((name) => name.startsWith('library-before-restore'))).toBe(true)
  expect(await integrity(stage.dataDirectory)).toBe('ok')
})
