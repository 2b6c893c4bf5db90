/** Data of a newer version: the app, and beneath it the sidecars, keep their hands off and say so. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { RunningApp } from '../support/app'
import { python } from '../support/checkout'
import { answered, commandLine, printed, runToEnd } from '../support/closed-app'
import { everyByte } from '../support/every-byte'
import { processesOf } from '../support/faults'
import { settled, snapshot } from '../support/library-status'
import { killHard } from '../support/processes'
import { Stage, writeNotes } from './stage'

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('version')))
test.afterEach(async () => {
  killHard(processesOf(stage.dataDirectory))
  await stage.end()
})

async function usedBy(version: string): Promise<void> {
  await writeFile(path.join(stage.dataDirectory, 'version.json'), JSON.stringify({ version }))
}

async function indexedLibrary(): Promise<void> {
  const folder = await stage.folder('library')
  await writeNotes(folder, 2)
  const { app, window } = await stage.launch()
  await window.addFolder(folder)
  await settled(app.window)
  await app.quit()
}

test('an older app refuses at start, with and without a screen: it says which version, starts no sidecar and changes not one byte', async () => {
  await indexedLibrary()
  await writeFile(path.join(stage.dataDirectory, 'settings.json'), '{"welcomed":true,"language":"de"}')
  await usedBy('9.2.0')
  const before = everyByte(stage.dataDirectory)
  const sidecars: string[] = []
  const look = (): Promise<void> => Promise.resolve(void sidecars.push(...processesOf(stage.dataDirectory).map(({ command }) => command).filter((command) => command.includes('backend.'))))

  const blind = await runToEnd(commandLine({ dataDirectory: stage.dataDirectory }, []), look)
  expect(blind.code).toBe(5)
  expect(blind.stderr).toMatch(/ContentCache 9\.2\.0 used the data in .* last; this is \d+\.\d+\.\d+, which is older\. Nothing was changed\. Install 9\.2\.0 or newer/)
  expect(everyByte(stage.dataDirectory)).toEqual(before)

  const command = await answered(commandLine({ dataDirectory: stage.dataDirectory }, [], 'screen'), await stage.folder('preload'), 0)
  const shown = await runToEnd(command, look)
  expect(shown).toMatchObject({ code: 5, stderr: expect.stringContaining('9.2.0') })
  const [dialog] = printed<{ message: string; detail: string }>(shown, 'DIALOG')
  expect(dialog?.message).toBe('Diese Daten hat ContentCache 9.2.0 benutzt, eine neuere Version als diese.')
  expect(dialog?.detail).toContain(stage.dataDirectory)
  expect(everyByte(stage.dataDirectory)).toEqual(before)
  expect(sidecars).toEqual([])
})

test('a version that nobody can read is logged and written anew; a newer patch of the same version is no reason to refuse', async () => {
  const file = path.join(await stage.folder('data'), 'version.json')
  await writeFile(file, '{"version"')
  const { app } = await stage.launch()
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string }
  expect(version).toBe(await app.electron.evaluate(({ app: electron }) => electron.getVersion()))
  expect(await readFile(path.join(stage.dataDirectory, 'logs', 'main.log'), 'utf8')).toContain('Nobody can say which version used the data last')
  await app.quit()

  await usedBy(version.replace(/\d+$/, '999'))
  await stage.launch()
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ version })
})

test('a library of a newer schema, with no word of its version beside it, is refused in the window, unchanged', async () => {
  await indexedLibrary()
  const library = path.join(stage.dataDirectory, 'library.db')
  await promisify(execFile)(python, ['-c', 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = 99")', library])
  const before = everyByte(stage.dataDirectory).filter((line) => /^(library|folders)/.test(line))

  const app = await RunningApp.start({ dataDirectory: stage.dataDirectory })
  try {
    await expect.poll(async () => (await snapshot(app.window)).sidecars.map(({ state, problem }) => [state, problem?.code]), { timeout: 60_000 }).toEqual([['failed', 'library-too-new'], ['failed', 'library-too-new']])
    await expect(app.window.getByText('This library was written by a newer version of ContentCache.').filter({ visible: true }).first()).toBeVisible()
    await expect(app.window.getByText('Update ContentCache, or choose another data folder.').filter({ visible: true }).first()).toBeVisible()
  } finally {
    expect((await app.quit()).map(({ command }) => command)).toEqual([])
  }
  expect(everyByte(stage.dataDirectory).filter((line) => /^(library|folders)/.test(line))).toEqual(before)
})
