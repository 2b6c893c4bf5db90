import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { launchCommand } from '../support/app'
import { processesOf, signal } from '../support/faults'
import { items, settled, snapshot } from '../support/library-status'
import { killHard, survivors, tree, type RunningProcess } from '../support/processes'
import { Stage } from './stage'

test('a second start shows the first window instead, and quitting leaves no process behind', async () => {
  const stage = await Stage.open('instances')
  try {
    const { app } = await stage.launch()
    await expect.poll(() => [app.sidecar('search_server'), app.sidecar('audioprocessor')].every(Boolean), { timeout: 30_000 }).toBe(true)
    // Nothing else is on the tests' screen: a window that lost the focus stands for one behind others.
    await app.electron.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.blur()
    })

    const { executable, args, env } = launchCommand({ dataDirectory: stage.dataDirectory })
    const second = spawn(executable, args, { env, stdio: 'ignore' })
    const [code] = (await once(second, 'exit')) as [number | null]
    expect(code).toBe(0)
    await expect
      .poll(() => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isFocused())))
      .toEqual([true])

    const all = app.processes()
    expect(all.length).toBeGreaterThan(3)
    expect((await app.quit()).map((process) => process.command)).toEqual([])
    expect(await survivors(all, 1)).toEqual([])
  } finally {
    await stage.end()
  }
})

const moments = {
  'at once': () => true,
  'when Electron has its first child': (all) => all.length > 1,
  'when the first sidecar is there': (all) => all.some(({ command }) => command.includes('backend.')),
  'when both sidecars are there': (all) => ['search_server', 'audioprocessor'].every((module) => all.some(({ command }) => command.includes(`.${module}`))),
} satisfies Record<string, (all: RunningProcess[]) => boolean>

for (const [moment, hasCome] of Object.entries(moments)) {
  test(`a quit while it starts, ${moment}, leaves no process behind`, async () => {
    const stage = await Stage.open('early-quit')
    const { executable, args, env } = launchCommand({ dataDirectory: stage.dataDirectory })
    const main = spawn(executable, args, { env, stdio: 'ignore' })
    const exit = once(main, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const seen = new Map<number, RunningProcess>()
    const look = (): RunningProcess[] => {
      const all = tree(Number(main.pid))
      for (const process of all) seen.set(process.pid, process)
      return all
    }
    try {
      await expect.poll(() => hasCome(look()), { timeout: 30_000, intervals: [5] }).toBe(true)
      main.kill('SIGTERM')
      const watching = setInterval(look, 20)
      const [code, signal] = await exit
      clearInterval(watching)
      // Before Electron listens, the signal ends it as it ends any program.
      if (moment.includes('sidecar')) expect([code, signal]).toEqual([0, null])
      expect((await survivors([...seen.values()], 5)).map(({ command }) => command)).toEqual([])
    } finally {
      killHard([...seen.values()])
      await stage.end()
    }
  })
}

test('a quit while both sidecars are being restarted leaves no process behind', async () => {
  const stage = await Stage.open('restart-quit')
  try {
    const { app } = await stage.launch()
    await expect.poll(async () => (await snapshot(app.window)).sidecars.map(({ state }) => state), { timeout: 60_000 }).toEqual(['ready', 'ready'])
    const before = app.processes()
    await app.window.evaluate(() => Promise.all((['search-server', 'audio-processor'] as const).map((name) => window.contentcache.invoke('sidecar:restart', { name }))))
    expect((await app.quit()).map(({ command }) => command)).toEqual([])
    expect(await survivors(before, 1)).toEqual([])
    await expect(readdir(path.join(stage.dataDirectory, 'run'))).resolves.toEqual([])
  } finally {
    await stage.end()
  }
})

test('a command from the menu is not lost while the page loads', async () => {
  const stage = await Stage.open('menu')
  try {
    const { app, window } = await stage.launch()
    await expect(window.page.getByRole('heading', { name: 'Models', level: 1 })).toBeHidden()
    await app.electron.evaluate(({ BrowserWindow, Menu }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.reload()
      Menu.getApplicationMenu()?.getMenuItemById('show-models')?.click()
    })
    await expect(window.page.getByRole('heading', { name: 'Models', level: 1 })).toBeVisible()
  } finally {
    await stage.end()
  }
})

test('of two that are started at the same moment exactly one stays, and the other ends as one that was not needed', async () => {
  // Chromium's lock alone lets both through in some of ten.
  test.slow()
  for (let round = 1; round <= 10; round += 1) {
    const stage = await Stage.open('same-moment')
    try {
      await stage.folder('data')
      const { executable, args, env } = launchCommand({ dataDirectory: stage.dataDirectory })
      const both = [1, 2].map(() => spawn(executable, args, { env, stdio: 'ignore' }))
      await expect.poll(() => both.map(({ exitCode }) => exitCode).sort(), { message: `round ${round}`, timeout: 30_000 }).toEqual([0, null])
      await expect.poll(() => modules(stage), { timeout: 60_000 }).toEqual(['audioprocessor', 'search_server'])

      const stays = both.find(({ exitCode }) => exitCode === null)
      stays?.kill('SIGTERM')
      await expect.poll(() => both.map(({ exitCode }) => exitCode), { message: `round ${round}`, timeout: 30_000 }).toEqual([0, 0])
      expect((await survivors(processesOf(stage.dataDirectory), 5)).map(({ command }) => command)).toEqual([])
    } finally {
      killHard(processesOf(stage.dataDirectory))
      await stage.end()
    }
  }
})

function modules(stage: Stage): string[] {
  return processesOf(stage.dataDirectory)
    .flatMap(({ command }) => /backend\.\w+\.(search_server|audioprocessor)/.exec(command)?.[1] ?? [])
    .sort()
}

test('who starts it again while it ends gets it back, as the last start asked for', async () => {
  const stage = await Stage.open('again')
  try {
    const { app } = await stage.launch()
    // Sidecars that do not answer make the end a long one.
    for (const module of ['search_server', 'audioprocessor'] as const) signal(app.sidecar(module) ?? app.main, 'SIGSTOP')
    const quit = app.quit()
    await expect.poll(() => app.processes().some(({ command }) => command.includes('--type=renderer'))).toBe(false)

    const { executable, args, env } = launchCommand({ dataDirectory: stage.dataDirectory, offline: true })
    const second = spawn(executable, args, { env, stdio: 'ignore' })
    expect(await once(second, 'exit')).toEqual([0, null])
    expect(app.runs).toBe(true)
    expect((await quit).map(({ command }) => command)).toEqual([])

    await expect.poll(() => modules(stage), { timeout: 60_000 }).toEqual(['audioprocessor', 'search_server'])
    const [back, ...others] = processesOf(stage.dataDirectory).filter(({ command }) => !command.includes('--type=') && command.includes(stage.dataDirectory))
    expect(others).toEqual([])
    expect(back?.command).toContain('--offline')
    if (back !== undefined) signal(back, 'SIGTERM')
    await expect.poll(() => processesOf(stage.dataDirectory).map(({ command }) => command), { timeout: 30_000 }).toEqual([])
  } finally {
    killHard(processesOf(stage.dataDirectory))
    await stage.end()
  }
})

test('two on different data directories work side by side, each with its own files, and the end of one is not noticed by the other', async () => {
  const stage = await Stage.open('side-by-side')
  try {
    const one = await stage.launch()
    const other = await stage.launch({ dataDirectory: await stage.folder('other data') })
    await one.window.addFolder(await stage.samples('one', ['Notes/sourdough.txt']))
    await other.window.addFolder(await stage.samples('other', ['Notes/boathouse todo.md']))
    await Promise.all([settled(one.app.window), settled(other.app.window)])
    expect((await items(one.app.window)).map(({ name }) => name)).toEqual(['sourdough.txt'])
    expect((await items(other.app.window)).map(({ name }) => name)).toEqual(['boathouse todo.md'])

    const before = other.app.processes().map(({ pid }) => pid)
    expect((await one.app.quit()).map(({ command }) => command)).toEqual([])
    const { hits } = await other.window.search('plywood')
    expect(hits.map(({ name }) => name)).toEqual(['boathouse todo.md'])
    expect(before).toEqual(expect.arrayContaining([other.app.sidecar('search_server')?.pid, other.app.sidecar('audioprocessor')?.pid]))
  } finally {
    await stage.end()
  }
})
