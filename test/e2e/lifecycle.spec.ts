import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { launchCommand } from '../support/app'
import { snapshot } from '../support/library-status'
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
