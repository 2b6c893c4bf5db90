/** An AppImage replaces itself by the next version from a plain web server of this machine; and everything that can go wrong with that. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, expect, test, type Locator, type Page } from '@playwright/test'
import type { Updates } from '../../electron/contract/updates'
import { violationsIn } from '../support/accessibility'
import { RunningApp } from '../support/app'
import { AppWindow } from '../support/app-window'
import { root, sampleLibrary } from '../support/checkout'
import { Authority, CompanyProxy } from '../support/company-network'
import { settled, snapshot, started } from '../support/library-status'
import { watch } from '../support/patience'
import { killHard, processesWith, survivors, tree } from '../support/processes'
import { fingerprint, ReleaseServer, type ReleaseFault } from '../support/release-server'
import { contentsOf, imageOf, type Image } from './images'
import { noImages } from './installation'

const pictures = path.join(root, 'test-results', 'updates')

test.describe.serial('updates', () => {
  let base: string
  let server: ReleaseServer
  let older: Image
  let newer: Image
  let installed: string
  let app: RunningApp | null = null
  const ends: (() => unknown)[] = []

  test.beforeAll(async () => {
    test.setTimeout(600_000)
    const reason = noImages()
    if (reason !== null) console.log(`skipped: ${reason}`)
    test.skip(reason !== null, reason ?? '')
    base = mkdtempSync(path.join(tmpdir(), 'contentcache-update-'))
    ends.push(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }))
    server = await ReleaseServer.start()
    ends.push(() => server.end())
    // A name, not a number: it is reached only when Chromium may look up this one.
    const address = server.url('releases.localhost')
    older = await imageOf(base, await contentsOf(base, '1.0.0'), '1.0.0', address)
    newer = await imageOf(base, await contentsOf(base, '1.1.0'), '1.1.0', address)
    server.put('latest-linux.yml', newer.description)
    server.put(path.basename(newer.file), newer.file)
    installed = path.join(base, 'Meine Programme', path.basename(older.file))
    for (const folder of ['home', 'tmp']) await mkdir(path.join(base, folder))
    await mkdir(pictures, { recursive: true })
  })
  test.beforeEach(async () => {
    await rm(path.dirname(installed), { recursive: true, force: true })
    await mkdir(path.dirname(installed))
    await copyFile(older.file, installed)
  })
  test.afterEach(async () => {
    server.fail()
    server.rate = null
    if (app?.runs === true) await app.quit()
    app = null
    // A version that was started by the one before it is nobody's child.
    const left = processesWith(base)
    killHard(left)
    await survivors(left, 30)
  })
  test.afterAll(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  const data = (name: string): string => path.join(base, 'data', name)
  const besides = (): string[] => readdirSync(path.dirname(installed)).filter((name) => name !== path.basename(installed))

  function environment(more: Record<string, string> = {}): Record<string, string> {
    const display = process.env['DISPLAY']
    return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: path.join(base, 'home'), TMPDIR: path.join(base, 'tmp'), LANGUAGE: 'en', LC_ALL: 'C.UTF-8', ...(display === undefined ? {} : { DISPLAY: display }), ...more }
  }

  /** As the runtime of an AppImage starts it, out of a folder that is there already. */
  async function launch(name: string, { image = installed, args = [], more = {} }: { image?: string; args?: string[]; more?: Record<string, string> } = {}): Promise<{ app: RunningApp; page: Page }> {
    await mkdir(data(name), { recursive: true })
    await writeFile(path.join(data(name), 'settings.json'), '{"welcomed":true}', { flag: 'wx' }).catch(() => undefined)
    const env = environment({ ...(image === '' ? {} : { APPIMAGE: image, APPDIR: older.contents }), ...more })
    app = await RunningApp.launch({ executable: path.join(older.contents, 'contentcache'), args: [`--data-dir=${data(name)}`, ...args], env }, data(name))
    return { app, page: app.window }
  }

  test('a version is found, fetched by a word, verified, and takes the place of the old; library and settings stay', async () => {
    test.setTimeout(600_000)
    const library = path.join(base, 'Notes')
    await mkdir(library)
    await copyFile(path.join(sampleLibrary, 'Notes', 'sourdough.txt'), path.join(library, 'sourdough.txt'))
    await mkdir(data('kept'), { recursive: true })
    await writeFile(path.join(data('kept'), 'settings.json'), '{"welcomed":true,"appearance":"dark"}')
    const args = [`--data-dir=${data('kept')}`]
    app = await RunningApp.launch({ executable: installed, args, env: environment({ APPIMAGE_EXTRACT_AND_RUN: '1' }) }, data('kept'))
    const { window: page } = app
    const window = new AppWindow(page)
    await started(page)
    await window.addFolder(library)
    await settled(page)
    const notice = page.getByRole('region', { name: 'Messages' }).getByText('Version 1.1.0 is available.')
    await notice.waitFor()
    expect(server.requestsFor('.AppImage')).toBe(0)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    server.rate = statSync(newer.file).size / 3
    await updates(page).getByRole('button', { name: /^Download/ }).click()
    const seen = new Set<number>()
    await stateOf(page, 'ready', ({ state }) => state.phase === 'downloading' && seen.add(state.bytes))
    expect(seen.size).toBeGreaterThan(2)
    await expect(updates(page)).toContainText('Version 1.1.0 is here and verified.')
    const [before, whole] = [new Set(processesWith(data('kept')).map(({ pid }) => pid)), app.processes()]
    // The app may be gone before the click is acknowledged.
    await updates(page).getByRole('button', { name: 'Restart to update' }).click().catch((error: unknown) => expect(String(error)).toContain('has been closed'))
    expect(await survivors(whole, 90)).toEqual([])
    await app.electron.close().catch(() => undefined)

    const next = path.join(path.dirname(installed), path.basename(newer.file))
    const again = await watch({
      what: 'the start of the new version',
      look: () => Promise.resolve(processesWith(data('kept')).filter(({ pid }) => !before.has(pid))),
      done: (found) => found.some(({ command }) => command.includes('search_server')) || existsSync(path.join(data('kept'), 'update-failed.json')),
      sign: (found) => found.map(({ pid }) => pid).join(),
      silence: 120,
    })
    try {
      expect([besides(), existsSync(installed)]).toEqual([[path.basename(newer.file)], false])
      expect(readFileSync(next).equals(readFileSync(newer.file))).toBe(true)
      const [port] = readFileSync(path.join(data('kept'), 'window', 'DevToolsActivePort'), 'utf8').split('\n')
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port ?? ''}`, { noDefaults: true })
      const [fresh] = browser.contexts()[0]?.pages() ?? []
      if (fresh === undefined) throw new Error('the new version has no window')
      const freshWindow = new AppWindow(fresh)
      await started(fresh)
      expect((await freshWindow.search('lukewarm')).hits[0]?.name).toBe('sourdough.txt')
      await freshWindow.show('Settings')
      await stateOf(fresh, 'idle', () => undefined)
      await expect(updates(fresh)).toContainText('This is the newest version.')
      await expect(fresh.getByText('This is version 1.1.0.')).toBeVisible()
      await expect(fresh.getByRole('radio', { name: 'Dark' })).toBeChecked()
      await browser.close()
    } finally {
      const all = again.flatMap(({ pid }) => tree(pid))
      const main = again.find(({ command }) => !command.includes('--type=') && !command.includes('python') && command.includes('/contentcache '))
      if (main !== undefined) process.kill(main.pid, 'SIGTERM')
      const left = await survivors(all, 30)
      killHard(processesWith(data('kept')))
      expect(left.map(({ command }) => command)).toEqual([])
    }
  })

  test('whatever goes wrong leaves the old version as it was, and says what happened', async () => {
    const { page } = await launch('failures')
    await started(page)
    await stateOf(page, 'available', () => undefined)
    await new AppWindow(page).show('Settings')
    const untouched = await fingerprint(installed)
    const elsewhere = await ReleaseServer.start()
    elsewhere.put('latest-linux.yml', newer.description)
    const half = Math.floor(statSync(newer.file).size / 2)
    const download = { of: '.AppImage' }
    const page200 = '<!doctype html><title>Sign in</title>'
    const cases: [name: string, fault: ReleaseFault, code: string][] = [
      ['damaged', { ...download, corruptAt: half }, 'update-damaged'],
      ['cut off', { ...download, cutAt: half }, 'update-cut-off'],
      ['not there', { ...download, status: 404 }, 'update-not-found'],
      ['server error', { ...download, status: 500 }, 'update-server-error'],
      ['a page', { ...download, page: page200 }, 'update-damaged'],
      ['led elsewhere', { ...download, redirect: elsewhere.url() }, 'update-led-elsewhere'],
      ['no release', { status: 404 }, 'update-not-found'],
      ['server error while looking', { status: 500 }, 'update-server-error'],
      ['a page while looking', { page: page200 }, 'update-no-release'],
      ['led elsewhere while looking', { redirect: `${elsewhere.url()}latest-linux.yml` }, 'update-led-elsewhere'],
    ]
    const told: [string, string | undefined][] = []
    for (const [name, fault] of cases) {
      server.fail(fault)
      await updates(page).getByRole('button', { name: fault.of === undefined ? 'Look now' : /^Download/ }).click()
      const { state } = await stateOf(page, 'failed', () => undefined)
      told.push([name, state.phase === 'failed' ? state.problem.code : undefined])
      await expect(updates(page)).toContainText('The version that you have goes on working.')
      if (name === 'damaged') await look('failed')
      server.fail()
      await updates(page).getByRole('button', { name: 'Look now' }).click()
      await stateOf(page, 'available', () => undefined)
    }
    expect(told).toEqual(cases.map(([name, , code]) => [name, code]))
    expect(elsewhere.requests).toEqual([])
    await elsewhere.end()
    expect([await fingerprint(installed), leftIn(besides())]).toEqual([untouched, []])
    expect(await reachedByTheWindow(page)).toBe(false)

    await look('available')
    server.rate = half / 20
    await updates(page).getByRole('button', { name: /^Download/ }).click()
    await stateOf(page, 'downloading', () => undefined)
    await look('downloading')
    await updates(page).getByRole('button', { name: 'Cancel' }).click()
    await stateOf(page, 'available', () => undefined)
    expect([await fingerprint(installed), leftIn(besides())]).toEqual([untouched, []])
    await updates(page).getByRole('button', { name: /^Download/ }).click()
    await stateOf(page, 'downloading', () => undefined)
    await app?.kill()
    expect(await fingerprint(installed)).toBe(untouched)

    server.rate = null
    const second = await launch('failures')
    await started(second.page)
    await stateOf(second.page, 'available', () => undefined)
    await new AppWindow(second.page).show('Settings')
    await updates(second.page).getByRole('button', { name: /^Download/ }).click()
    await stateOf(second.page, 'ready', () => undefined)
    await look('ready', second.page)
    expect(await fingerprint(installed)).toBe(untouched)

    /** One picture in each appearance; axe finds nothing. */
    async function look(name: string, of = page): Promise<void> {
      for (const appearance of ['light', 'dark'] as const) {
        await app?.appearance(appearance)
        await updates(of).scrollIntoViewIfNeeded()
        await new AppWindow(of).picture(path.join(pictures, `${name}-${appearance}.png`))
        expect(await violationsIn(of)).toEqual([])
      }
    }
  })

  test('a version that is ready takes the place of the old when the app quits; one that changed since does not, and the next launch says so', async () => {
    const { page } = await launch('quitting')
    await started(page)
    await stateOf(page, 'available', () => undefined)
    await new AppWindow(page).show('Settings')
    await updates(page).getByRole('button', { name: /^Download/ }).click()
    await stateOf(page, 'ready', () => undefined)
    const untouched = await fingerprint(installed)
    const kept = readdirSync(path.join(path.dirname(installed), '.contentcache-update'), { recursive: true }) as string[]
    const file = path.join(path.dirname(installed), '.contentcache-update', kept.find((name) => name.endsWith('.AppImage')) ?? '')
    await writeFile(file, 'something else')
    expect(await app?.quit()).toEqual([])
    expect(await fingerprint(installed)).toBe(untouched)

    const second = await launch('quitting')
    await started(second.page)
    expect((await stateOf(second.page, 'failed', () => undefined)).state).toMatchObject({ during: 'install', problem: { code: 'update-damaged' } })
    await new AppWindow(second.page).show('Settings')
    await updates(second.page).getByRole('button', { name: 'Look now' }).click()
    await stateOf(second.page, 'available', () => undefined)
    await updates(second.page).getByRole('button', { name: /^Download/ }).click()
    await stateOf(second.page, 'ready', () => undefined)
    expect(await app?.quit()).toEqual([])
    expect([existsSync(installed), besides()]).toEqual([false, [path.basename(newer.file)]])
  })

  test('offline, not one request goes out', async () => {
    server.requests.length = 0
    const { page } = await launch('offline', { args: ['--offline'] })
    await started(page)
    await new AppWindow(page).show('Settings')
    await expect(updates(page)).toContainText('Offline: the app does not look for updates.')
    await page.evaluate(() => window.contentcache.invoke('updates:look'))
    expect(await app?.quit()).toEqual([])
    expect(server.requests).toEqual([])
  })

  test('an app that was not started from an AppImage is told where the new version is', async () => {
    const { page } = await launch('package', { image: '' })
    await started(page)
    await stateOf(page, 'available', () => undefined)
    await new AppWindow(page).show('Settings')
    await expect(updates(page)).toContainText(`Get it here:`)
    await expect(updates(page)).toContainText(server.url('releases.localhost'))
    await expect(updates(page).getByRole('button', { name: /^Download/ })).toHaveCount(0)
    await new AppWindow(page).picture(path.join(pictures, 'package.png'))
  })

  test('through a proxy that wants a login, to a server that only this company trusts; where one of both is missing, it says which', async () => {
    test.setTimeout(600_000)
    test.skip(!existsSync('/usr/bin/certutil'), 'there is no certutil (libnss3-tools)')
    const host = 'releases.example'
    const authority = await Authority.make(path.join(base, 'authority'))
    const secure = await ReleaseServer.start(await authority.certificateFor(host))
    ends.push(() => secure.end())
    secure.put('latest-linux.yml', newer.description)
    secure.put(path.basename(newer.file), newer.file)
    const proxy = await CompanyProxy.start('ann', 'p@ss:word', secure.port)
    ends.push(() => proxy.end())
    const addressed = path.join(older.contents, 'resources', 'app-update.yml')
    await writeFile(addressed, (await readFile(addressed, 'utf8')).replace(/^url: .*$/m, `url: https://${host}/releases/`))
    const through = (login: string, port = proxy.port): Record<string, string> => ({ HTTPS_PROXY: `http://${login}proxy.localhost:${port}` })
    const login = 'ann:p%40ss%3Aword@'

    const failures: [name: string, more: Record<string, string>, code: string][] = [
      ['no login', through(''), 'update-proxy-login'],
      ['another login', through('ann:guess@'), 'update-proxy-login'],
      ['no proxy', through('', 9), 'update-proxy-unreachable'],
      ['not trusted', through(login), 'update-not-trusted'],
    ]
    const told: [string, string | undefined][] = []
    for (const [name, more] of failures) {
      const { page } = await launch(name, { more })
      const { state } = await stateOf(page, 'failed', () => undefined)
      told.push([name, state.phase === 'failed' ? state.problem.code : undefined])
      expect(await app?.quit()).toEqual([])
    }
    expect(told).toEqual(failures.map(([name, , code]) => [name, code]))
    expect(proxy.guesses, 'a wrong login is not repeated until the account is locked').toBe(1)
    expect(secure.requests).toEqual([])

    await authority.trustIn(path.join(base, 'home'))
    const { page } = await launch('company', { more: through(login) })
    await stateOf(page, 'available', () => undefined)
    await new AppWindow(page).show('Settings')
    await updates(page).getByRole('button', { name: /^Download/ }).click()
    await stateOf(page, 'ready', () => undefined)
    expect(secure.requests.map(({ path: at, headers }) => [path.extname(at), headers['proxy-authorization']])).toEqual([['.yml', undefined], ['.AppImage', undefined]])
    expect(proxy.passed.filter((place) => place !== `${host}:443`)).toEqual([])
  })

  test('a build without a release address looks for nothing, and says so', async () => {
    server.requests.length = 0
    await rm(path.join(older.contents, 'resources', 'app-update.yml'))
    const { page } = await launch('no-address')
    await started(page)
    await new AppWindow(page).show('Settings')
    await expect(updates(page)).toContainText('This build has no release address, so it does not look for updates.')
    await expect(updates(page).getByRole('button')).toHaveCount(0)
    await new AppWindow(page).picture(path.join(pictures, 'off.png'))
    expect(server.requests).toEqual([])
  })

  /** What a script in the window gets of the release server. */
  async function reachedByTheWindow(page: Page): Promise<boolean> {
    const before = server.requests.length
    const answered = await page.evaluate((url) => fetch(url, { mode: 'no-cors' }).then(() => true, () => false), `${server.url('releases.localhost')}latest-linux.yml`)
    return answered || server.requests.length !== before
  }

  /** The folder may stay; a version or a part of one may not. */
  function leftIn(names: string[]): string[] {
    return names.flatMap((name) => readdirSync(path.join(path.dirname(installed), name), { recursive: true }) as string[]).filter((name) => name.includes('AppImage'))
  }
})

function updates(page: Page): Locator {
  return page.getByRole('region', { name: 'Updates' })
}

function stateOf(page: Page, phase: Updates['state']['phase'], onChange: (seen: Updates) => unknown): Promise<Updates> {
  return watch({
    what: `updates that are ${phase}`,
    look: async () => (await snapshot(page)).updates,
    done: ({ state }) => state.phase === phase,
    sign: (seen) => JSON.stringify(seen),
    onChange: (seen) => void onChange(seen),
    silence: 60,
  })
}
