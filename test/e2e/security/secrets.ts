/** The two secrets of a launch: nowhere but in main, in search_server's environment, and new the next time. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { environmentOf } from '../../support/listening'
import { secretsOf, type Attacked } from './attacked'
import { Stage } from '../stage'

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(file)
    return entry.isFile() ? [file] : []
  })
}

export function huntForSecrets(attacked: () => Attacked): void {
  test('on no command line of this machine, and in no environment but that of search_server', () => {
    const secrets = [attacked().relay.token, attacked().search.secret]
    const tells = (text: string): boolean => secrets.some((secret) => text.includes(secret))
    const commands = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
      } catch {
        // Ended since.
        return []
      }
    })
    expect(commands.length).toBeGreaterThan(5)
    expect(commands.filter(tells)).toEqual([])

    const processes = attacked().app.processes()
    expect(processes.some(({ command }) => command.includes('extract.child')), 'the reader of files runs').toBe(true)
    const knowing = processes.filter(({ pid }) => tells(JSON.stringify(environmentOf(pid))))
    expect(knowing.map(({ pid }) => pid)).toEqual([attacked().search.pid])
  })

  test('in no file of the data folder, with all its logs', () => {
    const { stage, relay, search } = attacked()
    const files = filesBelow(stage.dataDirectory)
    expect(files.map((file) => path.basename(file))).toEqual(expect.arrayContaining(['main.log', 'search-server.log', 'library.db']))
    const telling = files.filter((file) => statSync(file).size > 0 && [relay.token, search.secret].some((secret) => readFileSync(file).includes(secret)))
    expect(telling).toEqual([])
    // The refusals of this very run are in it.
    expect(readFileSync(path.join(stage.dataDirectory, 'logs', 'main.log'), 'utf8')).toContain('refused')
  })

  test('nowhere in the window: page, storage, timings, headers, anything that a script can walk to', async () => {
    const { page, relay, search } = attacked()
    const texts = await page.evaluate(async (origin) => {
      const found: string[] = [document.documentElement.outerHTML, document.cookie, location.href, JSON.stringify(performance.getEntries())]
      for (const storage of [localStorage, sessionStorage]) found.push(JSON.stringify(storage))
      const session = await window.contentcache.invoke('session:get')
      found.push(JSON.stringify(session))
      for (const path of ['/api/status', '/api/roots', '/media/1', '/nowhere']) {
        const request = new Request(origin + path)
        const response = await fetch(request)
        found.push(JSON.stringify([...request.headers, ...response.headers]), await response.text(), response.url)
      }
      // With a header of its own the page would see it refused before it is sent.
      const forged = await fetch(`${origin}/api/status`, { headers: { authorization: 'Bearer x' } }).then(() => 'taken', () => 'refused')
      const seen = new Set<object>()
      const queue: [object, number][] = [[window, 0]]
      for (const [subject, depth] of queue) {
        if (seen.has(subject) || seen.size > 60_000) continue
        seen.add(subject)
        for (const name of Reflect.ownKeys(subject)) {
          let value: unknown
          try {
            value = (subject as Record<PropertyKey, unknown>)[name]
          } catch {
            continue
          }
          if (typeof value === 'string') found.push(value)
          else if (value !== null && (typeof value === 'object' || typeof value === 'function') && depth < 8) queue.push([value, depth + 1])
        }
      }
      return { text: found.join('\n'), walked: seen.size, forged }
    }, relay.origin)
    expect(texts.walked).toBeGreaterThan(1000)
    expect(texts.text).toContain(relay.origin)
    expect(texts.forged).toBe('refused')
    expect([relay.token, search.secret].filter((secret) => texts.text.includes(secret))).toEqual([])
  })

  test('others at the next launch', async () => {
    const stage = await Stage.open('security-again')
    try {
      const { app } = await stage.launch({ modelsDirectory: await stage.folder('no models') })
      const next = await secretsOf(app)
      const all = [attacked().relay.token, attacked().search.secret, next.relay.token, next.search.secret]
      expect(new Set(all).size).toBe(4)
      // 256 bits each.
      for (const secret of all) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    } finally {
      await stage.end()
    }
  })
}
