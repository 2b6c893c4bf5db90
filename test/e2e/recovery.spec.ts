import { expect, test } from '@playwright/test'
import { answerDialog, askedOfDialogs } from '../support/dialogs'
import { indexedFiles, integrity, queryLibrary } from '../support/library-file'
import { items, settled, status } from '../support/library-status'
import { watch } from '../support/patience'
import { isRunning, killHard, survivors, type RunningProcess } from '../support/processes'
import type { Status } from '../../electron/contract/generated/contract'
import { Stage, writeNotes, type OpenApp } from './stage'

const NOTES = 150
const RECORDINGS = ['Recordings/2024-08-19 monday.mp3', 'Recordings/memo 0012.m4a', 'Video/evening 4.mp4']

/** The library that all of these tests index, disturbed in different ways. */
async function disturbedLibrary(stage: Stage): Promise<string> {
  const folder = await stage.samples('library', RECORDINGS)
  await writeNotes(folder, NOTES)
  return folder
}

async function expectEverythingOnce(stage: Stage): Promise<void> {
  const files = await indexedFiles(stage.dataDirectory)
  expect(files).toHaveLength(NOTES + RECORDINGS.length)
  for (const file of files) expect(file, file.path).toMatchObject({ state: 'indexed', repeated: 0, jobs: 0 })
  const notes = files.filter((file) => file.path.startsWith('note '))
  // All notes are built alike: one that was indexed twice, or half, would differ.
  expect(new Set(notes.map((file) => file.segments)).size).toBe(1)
  for (const file of files) expect(file.segments, file.path).toBeGreaterThan(1)
  for (const file of files) expect(file.embeddings, file.path).toBeGreaterThan(0)
  expect(await integrity(stage.dataDirectory)).toBe('ok')
}

function until(app: OpenApp['app'], what: string, done: (seen: Status) => boolean): Promise<Status> {
  return watch({ what, look: () => status(app.window), done, sign: (seen) => JSON.stringify(seen.library), silence: 90 })
}

async function restarted(app: OpenApp['app'], module: 'search_server' | 'audioprocessor', before: RunningProcess): Promise<void> {
  await expect
    .poll(() => app.sidecar(module)?.pid ?? before.pid, { timeout: 60_000, message: `${module} is started again` })
    .not.toBe(before.pid)
}

function requireSidecar(app: OpenApp['app'], module: 'search_server' | 'audioprocessor'): RunningProcess {
  const found = app.sidecar(module)
  if (found === undefined) throw new Error(`${module} does not run`)
  return found
}

test('each sidecar that is killed comes back by itself, and every file is indexed exactly once', async () => {
  const stage = await Stage.open('sidecars')
  try {
    const { app, window } = await stage.launch()
    await window.addFolder(await disturbedLibrary(stage))

    await until(app, 'documents', ({ library }) => library.queue.indexed > 10)
    const server = requireSidecar(app, 'search_server')
    killHard([server])
    expect(await survivors([server], 5)).toEqual([])
    await restarted(app, 'search_server', server)

    await expect.poll(async () => (await items(app.window).catch(() => [])).some(isRecordingInWork), { timeout: 90_000 }).toBe(true)
    const processor = requireSidecar(app, 'audioprocessor')
    killHard([processor])
    await restarted(app, 'audioprocessor', processor)

    await settled(app.window)
    expect(isRunning(app.main)).toBe(true)
    await expectEverythingOnce(stage)
    const { hits } = await window.search('"note17word"')
    expect(hits.map((hit) => hit.name)).toEqual(['note 17.txt'])
  } finally {
    await stage.end()
  }
})

function isRecordingInWork(entry: { kind: string; state: string }): boolean {
  return entry.state === 'working' && (entry.kind === 'audio' || entry.kind === 'video')
}

test('killed in the middle of indexing, then quit in the middle of it: work is given back, nothing is left, and the third start finishes it, each file once', async () => {
  const stage = await Stage.open('killed')
  try {
    const first = await stage.launch()
    await first.window.addFolder(await disturbedLibrary(stage))
    await until(first.app, 'documents', ({ library }) => library.queue.indexed > 10)
    const firstProcesses = first.app.processes()
    await first.app.kill()
    expect(await survivors(firstProcesses, 5)).toEqual([])

    const second = await stage.launch()
    await expect.poll(async () => (await items(second.app.window).catch(() => [])).some(isRecordingInWork), { timeout: 90_000 }).toBe(true)
    expect((await second.app.quit()).map((process) => process.command)).toEqual([])
    const left = await queryLibrary(stage.dataDirectory, "SELECT jobs.id FROM jobs JOIN items ON items.id = item_id WHERE owner IS NOT NULL OR state = 'working'")
    expect(left).toEqual([])

    const third = await stage.launch()
    await settled(third.app.window)
    await expectEverythingOnce(stage)
    const { hits } = await third.window.search('"note99word"')
    expect(hits.map((hit) => hit.name)).toEqual(['note 99.txt'])
  } finally {
    await stage.end()
  }
})

test('a sidecar that ends again and again is given up and says so, until the person restarts it', async () => {
  const stage = await Stage.open('crash-loop')
  try {
    const { app, window } = await stage.launch()
    await window.addFolder(await stage.samples('library', ['Notes/sourdough.txt']))
    await settled(app.window)
    for (let crash = 1; crash <= 3; crash += 1) {
      await expect.poll(() => app.sidecar('search_server')?.pid, { timeout: 60_000, message: `search_server runs before crash ${crash}` }).toBeDefined()
      const server = requireSidecar(app, 'search_server')
      killHard([server])
      expect(await survivors([server], 5)).toEqual([])
    }
    await app.window.getByRole('button', { name: 'Search engine: Stopped after repeated failures' }).click()
    await expect(app.window.getByText('ended 3 times within 5 minutes')).toBeVisible()
    expect(app.sidecar('search_server')).toBeUndefined()

    await app.window.getByRole('button', { name: 'Restart', exact: true }).click()
    await expect(app.window.getByRole('button', { name: 'Search engine: Running' })).toBeVisible({ timeout: 60_000 })
    const { hits } = await window.search('sourdough')
    expect(hits.map((hit) => hit.name)).toEqual(['sourdough.txt'])
  } finally {
    await stage.end()
  }
})

test('a window that dies is loaded again; one that dies again and again asks, and Reload shows it, and Quit ends everything', async () => {
  const stage = await Stage.open('window')
  try {
    const { app } = await stage.launch()
    const all = app.processes()
    const dieThreeTimes = async (): Promise<void> => {
      for (let death = 1; death <= 3; death += 1) await shownAgain(app, await killWindow(app))
    }
    await answerDialog(app, 'showMessageBox', { response: 0 })
    await dieThreeTimes()
    expect(await askedOfDialogs(app)).toEqual([])
    await shownAgain(app, await killWindow(app))
    expect(await askedOfDialogs(app)).toMatchObject([{ buttons: ['Reload', 'Quit'], defaultId: 0, cancelId: 0 }])

    // A person's word: its deaths are counted anew.
    await dieThreeTimes()
    expect(await askedOfDialogs(app)).toHaveLength(1)
    await answerDialog(app, 'showMessageBox', { response: 1 })
    all.push(...app.processes())
    await killWindow(app)
    expect((await survivors(all, 30)).map(({ command }) => command)).toEqual([])
  } finally {
    await stage.end()
  }
})

/** Main sees the window when the page that the test had is gone with its process. */
function windowOf(app: OpenApp['app']): Promise<{ pid: number; loads: boolean }> {
  return app.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    return { pid: contents?.getOSProcessId() ?? 0, loads: contents?.isLoading() ?? true }
  })
}

async function killWindow(app: OpenApp['app']): Promise<number> {
  const { pid } = await windowOf(app)
  const window = app.processes().filter((process) => process.pid === pid)
  expect(window).toHaveLength(1)
  killHard(window)
  return pid
}

async function shownAgain(app: OpenApp['app'], before: number): Promise<void> {
  await expect
    .poll(async () => {
      const { pid, loads } = await windowOf(app)
      return !loads && pid !== 0 && pid !== before && app.processes().some((process) => process.pid === pid)
    }, { timeout: 30_000 })
    .toBe(true)
}
