/** IPC: only from the app's own window, only commands of the map, only arguments of their schema. */
import { expect, test } from '@playwright/test'
import { ipcArguments } from '../../../electron/contract/ipc'
import { hostileCalls } from '../../support/hostile-arguments'
import { status } from '../../support/library-status'
import type { Attacked } from './attacked'

export function attacksOnCommands(attacked: () => Attacked): void {
  async function everythingThatCommandsChange(): Promise<unknown> {
    const settings = await attacked().page.evaluate(() => window.contentcache.invoke('settings:get'))
    const { library } = await status(attacked().page)
    const sidecars = (['search_server', 'audioprocessor'] as const).map((module) => attacked().app.sidecar(module)?.pid)
    return { settings, roots: library.roots, paused: library.queue.paused, sidecars }
  }

  test('wrong arguments are refused by every command, and change nothing', async () => {
    const before = await everythingThatCommandsChange()
    const calls = hostileCalls()
    expect(new Set(calls.map(({ channel }) => channel)).size).toBe(Object.keys(ipcArguments).length)
    expect(calls.length).toBeGreaterThan(500)
    const taken = await attacked().page.evaluate(async (all) => {
      const bridge = window.contentcache as unknown as { invoke(channel: string, argument: unknown): Promise<{ ok: boolean; problem?: { code: string } }> }
      const replies = await Promise.all(all.map(({ channel, argument }) => bridge.invoke(channel, argument)))
      return all.filter((_call, index) => replies[index]?.problem?.code !== 'invalid-argument')
    }, calls)
    expect(taken).toEqual([])
    expect(await everythingThatCommandsChange()).toEqual(before)
    expect(attacked().app.runs).toBe(true)
  })

  test('what cannot be sent, and commands that do not exist, are refused', async () => {
    const refused = await attacked().page.evaluate(async () => {
      const bridge = window.contentcache as unknown as { invoke(channel: unknown, argument?: unknown): Promise<unknown> }
      const circular: Record<string, unknown> = {}
      circular['self'] = circular
      const tries: [unknown, unknown?][] = [['item:open', () => 1], ['item:open', Symbol('x')], ['item:open', document.body], ['item:open', { itemId: 1n }], ['item:open', circular]]
      const channels = ['toString', '__proto__', 'constructor', 'menu:command', 'ELECTRON_BROWSER_SANDBOX_LOAD', 'GUEST_VIEW_MANAGER_CREATE', '', 'session:get ', null, 1, {}]
      const outcomes: string[] = []
      for (const [channel, argument] of [...tries, ...channels.map((channel): [unknown] => [channel])]) {
        const outcome = await Promise.resolve()
          .then(() => bridge.invoke(channel, argument))
          .then(
            (reply) => ((reply as { ok: boolean }).ok ? `taken: ${String(channel)}` : 'refused'),
            () => 'refused',
          )
        outcomes.push(outcome)
      }
      return outcomes
    })
    expect(refused.filter((outcome) => outcome !== 'refused')).toEqual([])
    expect(attacked().app.runs).toBe(true)
  })

  test('a frame that is not the window is refused every command', async () => {
    const before = await everythingThatCommandsChange()
    const arguments_: Record<string, unknown> = { 'library:set-paused': { paused: true }, 'settings:update': { offline: true }, 'sidecar:restart': { name: 'search-server' } }
    const replies = await attacked().app.electron.evaluate(
      async ({ app, BrowserWindow }, { channels, given }) => {
        const preload = `${app.getAppPath()}/out/preload/preload.js`
        const codes: Record<string, string[]> = {}
        for (const url of ['app://contentcache/index.html', 'data:text/html,x', 'about:blank']) {
          const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } })
          await stranger.loadURL(url)
          const script = `Promise.all(${JSON.stringify(channels.map((channel) => [channel, given[channel]]))}.map(([c, a]) => contentcache.invoke(c, a ?? undefined))).then((all) => all.map((r) => r.ok ? 'taken' : r.problem.code))`
          codes[url] = (await stranger.webContents.executeJavaScript(script)) as string[]
          stranger.destroy()
        }
        return codes
      },
      { channels: Object.keys(ipcArguments), given: arguments_ },
    )
    const everyChannel = Object.keys(ipcArguments).map(() => 'refused')
    expect(Object.values(replies)).toEqual([everyChannel, everyChannel, everyChannel])
    expect(await everythingThatCommandsChange()).toEqual(before)
  })

  test('a frame inside the window has no bridge of its own', async () => {
    const bridges = await attacked().page.evaluate(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      const found = typeof frame.contentWindow?.contentcache
      frame.remove()
      return found
    })
    expect(bridges).toBe('undefined')
  })
}
