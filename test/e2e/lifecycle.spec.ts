import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@playwright/test'
import { launchCommand } from '../support/app'
import { survivors } from '../support/processes'
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
