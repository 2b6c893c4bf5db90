/** electron-updater itself, over Node's requests instead of Electron's, against a real server on this machine. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { NodeHttpExecutor } from 'builder-util/out/nodeHttpExecutor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UpdateState } from '../../../../electron/contract/updates'
import type { Downloaded } from '../../../../electron/updates/releases'
import { Releases } from '../../../../electron/updates/releases'
import { AppUpdates, type UpdatesOptions } from '../../../../electron/updates/updates'
import { ReleaseServer, sha512Of } from '../../../support/release-server'
import { recordingLog, temporaryFolder, until } from '../support'

const name = 'ContentCache-0.2.0-linux-x86_64.AppImage'
const size = 3_000_000

let folder: string
let remove: () => Promise<void>
let server: ReleaseServer
let image: string
let offline: boolean
let byItself: boolean
let seen: UpdateState[]
let log: ReturnType<typeof recordingLog>
let opened: number
let clock: number

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  server = await ReleaseServer.start()
  image = path.join(folder, name)
  writeFileSync(image, randomBytes(size))
  writeFileSync(path.join(folder, 'app-update.yml'), `provider: generic\nurl: ${server.url()}\nupdaterCacheDirName: contentcache-updater\n`)
  await server.publish(name, image, '0.2.0')
  // electron-updater fetches nothing for an app that does not run from an image.
  vi.stubEnv('APPIMAGE', image)
  offline = false
  byItself = true
  seen = []
  log = recordingLog()
  opened = 0
  clock = Date.UTC(2026, 10, 25)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await server.end()
  await remove()
})

const kept = (): string => path.join(folder, 'kept')
const keptFiles = (): string[] => (existsSync(kept()) ? (readdirSync(kept(), { recursive: true }) as string[]).filter((file) => file.includes('AppImage')) : [])

function releases(silence = 10_000): Releases {
  return new Releases({
    address: new URL(server.url()),
    version: '0.1.0',
    name: 'ContentCache',
    platform: 'linux',
    addressFile: path.join(folder, 'app-update.yml'),
    folder: kept(),
    executor: new NodeHttpExecutor(),
    log,
    silence,
  })
}

function updates(over: Partial<UpdatesOptions> = {}, silence?: number): AppUpdates {
  return new AppUpdates({
    address: server.url(),
    isPackaged: true,
    way: 'app',
    folder: kept(),
    isOffline: () => offline,
    looksByItself: () => byItself,
    open: () => {
      opened += 1
      return Promise.resolve(releases(silence))
    },
    freeSpace: () => Promise.resolve(null),
    install: () => Promise.resolve(),
    quit: () => undefined,
    publish: ({ state }) => void seen.push(state),
    log,
    failure: null,
    now: () => clock,
    ...over,
  })
}

const phase = (of: AppUpdates): string => of.picture.state.phase

describe('a newer version', () => {
  it('is found, and not fetched before somebody says so; then it comes whole, with progress, and waits', async () => {
    const installed: [Downloaded, boolean][] = []
    let quits = 0
    const own = updates({ install: (downloaded, restart) => Promise.resolve(void installed.push([downloaded, restart])), quit: () => (quits += 1) })
    await own.look()
    expect(own.picture).toMatchObject({ state: { phase: 'available', update: { version: '0.2.0', size, date: '2026-11-20T10:00:00.000Z' } }, lookedAt: clock })
    expect(server.requestsFor('.AppImage')).toBe(0)
    await own.download()
    expect(own.picture.state).toMatchObject({ phase: 'ready', update: { version: '0.2.0' } })
    expect(seen.map((state) => state.phase).filter((each, index, all) => each !== all[index - 1])).toEqual(['looking', 'available', 'downloading', 'ready'])
    expect(seen.filter((state) => state.phase === 'downloading').at(-1)).toMatchObject({ bytes: size, total: size })
    await own.installWhenReady()
    expect(installed[0]?.[1]).toBe(false)
    own.restartToUpdate()
    await own.installWhenReady()
    expect([quits, installed[1]?.[1]]).toEqual([1, true])
    expect(readFileSync(installed[0]?.[0].file ?? '').equals(readFileSync(image))).toBe(true)
  })

  it('is asked for without a word about this machine', async () => {
    const own = updates()
    await own.look()
    await own.download()
    const sent = server.requests.map(({ headers }) => Object.keys(headers).filter((header) => !['host', 'connection', 'accept', 'accept-encoding', 'cache-control', 'user-agent'].includes(header)))
    expect(sent).toEqual([[], []])
    expect(new Set(server.requests.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['electron-builder']))
    expect(existsSync(path.join(kept(), '.updaterId'))).toBe(false)
  })

  it('that was fetched by an earlier launch is verified and not fetched again', async () => {
    const first = updates()
    await first.look()
    await first.download()
    const second = updates()
    await second.look()
    await second.download()
    expect([phase(second), server.requestsFor('.AppImage')]).toEqual(['ready', 1])
  })

  it('that was fetched and then damaged on the disk is fetched again', async () => {
    const first = updates()
    await first.look()
    await first.download()
    const [file] = keptFiles()
    writeFileSync(path.join(kept(), file ?? ''), 'damaged')
    const second = updates()
    await second.look()
    await second.download()
    expect([phase(second), server.requestsFor('.AppImage')]).toEqual(['ready', 2])
  })

  it.each(['0.1.0', '0.0.9', '0.2.0-beta.1'])('is none when the release is %s', async (version) => {
    await server.publish(name, image, version)
    const own = updates()
    await own.look()
    expect(['idle', 'failed']).toContain(phase(own))
    expect(own.picture.state.phase === 'failed' ? own.picture.state.problem.code : null).toBe(version.includes('beta') ? 'update-no-release' : null)
  })

  it('among packages of other kinds is the AppImage', async () => {
    const other = Buffer.alloc(64).toString('base64')
    server.put('latest-linux.yml', Buffer.from(`version: 0.2.0\nfiles:\n  - url: contentcache.deb\n    sha512: ${other}\n    size: 7\n  - url: ${name}\n    sha512: ${await sha512Of(image)}\n    size: ${size}\n    blockMapSize: 9\npath: contentcache.deb\n`))
    const own = updates()
    await own.look()
    expect(own.picture.state).toMatchObject({ phase: 'available', update: { size } })
    await own.download()
    expect([phase(own), server.requestsFor('.deb')]).toEqual(['ready', 0])
  })

  it('is only told of where the app cannot replace itself', async () => {
    const own = updates({ way: 'package' })
    await own.look()
    await own.download()
    expect([phase(own), server.requestsFor('.AppImage')]).toEqual(['available', 0])
  })
})

describe('nothing is asked', () => {
  it.each<[string, Partial<UpdatesOptions>, string]>([
    ['without an address', { address: null }, 'no-address'],
    ['in a checkout', { isPackaged: false }, 'not-packaged'],
    ['offline', { isOffline: () => true }, 'offline'],
  ])('%s', async (_when, over, reason) => {
    const own = updates(over)
    await own.lookWhenDue()
    await own.look()
    await own.download()
    expect(own.picture.state).toEqual({ phase: 'off', reason })
    expect([server.requests, opened]).toEqual([[], 0])
  })

  it('by itself when the setting is off, but by a person', async () => {
    byItself = false
    const own = updates()
    await own.lookWhenDue()
    expect(server.requests).toEqual([])
    await own.look()
    expect(phase(own)).toBe('available')
  })

  it('by itself twice in a day', async () => {
    const own = updates()
    await own.lookWhenDue()
    clock += 23 * 3600_000
    await own.lookWhenDue()
    expect(server.requests.length).toBe(1)
    clock += 3600_000
    await own.lookWhenDue()
    expect(server.requests.length).toBe(2)
  })
})

describe('the offline setting', () => {
  it('ends a download, deletes what had come, and looks again when it is off', async () => {
    server.fail({ of: '.AppImage', stallAt: 1_000_000 })
    const own = updates()
    await own.look()
    const download = own.download()
    await until(() => seen.some((state) => state.phase === 'downloading' && state.bytes > 0), 'a part has come')
    offline = true
    own.settle()
    await download
    expect(own.picture.state).toEqual({ phase: 'off', reason: 'offline' })
    expect(keptFiles()).toEqual([])
    offline = false
    own.settle()
    expect(phase(own)).toBe('idle')
    await own.look()
    expect(phase(own)).toBe('available')
  })

  it('leaves alone what is ready', async () => {
    const own = updates()
    await own.look()
    await own.download()
    offline = true
    own.settle()
    expect(phase(own)).toBe('ready')
  })
})

describe('a download', () => {
  it('is cancelled by a person: nothing is left of it, and it can be begun again', async () => {
    server.fail({ of: '.AppImage', stallAt: 1_000_000 })
    const own = updates()
    await own.look()
    const download = own.download()
    await until(() => seen.some((state) => state.phase === 'downloading' && state.bytes > 0), 'a part has come')
    own.cancel()
    await download
    expect([phase(own), keptFiles()]).toEqual(['available', []])
    server.fail()
    await own.download()
    expect(phase(own)).toBe('ready')
  })

  it('that is cancelled before it has asked is cancelled', async () => {
    const own = updates()
    await own.look()
    const download = own.download()
    own.cancel()
    await download
    expect([phase(own), keptFiles()]).toEqual(['available', []])
  })

  it('is not begun where there is no room', async () => {
    const own = updates({ freeSpace: () => Promise.resolve(size - 1) })
    await own.look()
    await own.download()
    expect(own.picture.state).toMatchObject({ phase: 'failed', during: 'download', problem: { code: 'update-disk-full' } })
    expect(server.requestsFor('.AppImage')).toBe(0)
  })

  it.each<[string, Parameters<ReleaseServer['fail']>[0], string]>([
    ['is damaged on the way', { of: '.AppImage', corruptAt: 2_000_000 }, 'update-damaged'],
    ['is cut off', { of: '.AppImage', cutAt: 1_000_000 }, 'update-cut-off'],
    ['stops', { of: '.AppImage', stallAt: 1_000_000 }, 'update-silence'],
    ['is not there', { of: '.AppImage', status: 404 }, 'update-not-found'],
    ['is refused', { of: '.AppImage', status: 503 }, 'update-server-error'],
    ['is turned away by a proxy', { of: '.AppImage', status: 407 }, 'update-proxy-login'],
    ['is a page', { of: '.AppImage', page: '<html>Sign in</html>' }, 'update-damaged'],
    ['is much longer than was said', { of: '.AppImage', page: 'x'.repeat(size + 1) }, 'update-too-large'],
  ])('that %s leaves nothing behind, says so, and can be tried again', async (_what, fault, code) => {
    const own = updates({}, 1000)
    await own.look()
    server.fail(fault)
    await own.download()
    const { state } = own.picture
    expect(state).toMatchObject({ phase: 'failed', during: 'download', problem: { code }, update: { version: '0.2.0' } })
    const problem = state.phase === 'failed' ? state.problem : null
    expect([problem?.message.length, problem?.next_step?.length].every((length) => (length ?? 0) > 5)).toBe(true)
    expect(`${problem?.message ?? ''}${problem?.detail ?? ''}`).not.toMatch(/\n| at \S+ \(/)
    expect(keptFiles()).toEqual([])
    server.fail()
    await own.download()
    expect(phase(own)).toBe('ready')
  })

  it('that fills the disk leaves nothing behind, says so, and comes when there is room', async ({ skip }) => {
    mkdirSync(kept())
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', kept()], { encoding: 'utf8' })
    if (mounted.status !== 0) skip(`a small disk cannot be mounted here: ${mounted.error?.message ?? mounted.stderr.trim()}`)
    try {
      const other = path.join(kept(), 'other')
      writeFileSync(other, randomBytes(2_000_000))
      const own = updates()
      await own.look()
      await own.download()
      expect(own.picture.state).toMatchObject({ phase: 'failed', during: 'download', problem: { code: 'update-disk-full' } })
      expect(keptFiles()).toEqual([])
      rmSync(other)
      await own.download()
      expect(phase(own)).toBe('ready')
    } finally {
      spawnSync('umount', ['--lazy', kept()])
    }
  })

  it('that cannot be written says where', async () => {
    writeFileSync(kept(), 'a file where a folder is needed')
    const own = updates()
    await own.look()
    await own.download()
    expect(own.picture.state).toMatchObject({ phase: 'failed', during: 'download' })
  })
})

describe('looking', () => {
  it.each<[string, Parameters<ReleaseServer['fail']>[0], string]>([
    ['finds no release', { status: 404 }, 'update-not-found'],
    ['is answered with an error', { status: 500 }, 'update-server-error'],
    ['is turned away by a proxy', { status: 407 }, 'update-proxy-login'],
    ['is answered with a page', { page: '<!doctype html><title>Sign in</title>' }, 'update-no-release'],
    ['is answered with nonsense', { page: 'version: [' }, 'update-no-release'],
    ['is answered with no checksum', { page: 'version: 9.9.9\nfiles:\n  - url: a.AppImage\n' }, 'update-no-release'],
    ['is answered without an end', { page: 'x'.repeat(2_000_000) }, 'update-too-large'],
    ['is cut off', { cutAt: 10 }, 'update-cut-off'],
    ['is not answered', { stallAt: 0 }, 'update-silence'],
  ])('that %s says so, and can be tried again', async (_what, fault, code) => {
    const own = updates({}, 1000)
    server.fail(fault)
    await own.look()
    expect(own.picture.state).toMatchObject({ phase: 'failed', during: 'look', problem: { code }, update: null })
    server.fail()
    await own.look()
    expect(phase(own)).toBe('available')
  })

  it('where no server is says that it was not reached', async () => {
    const gone = await ReleaseServer.start()
    const address = gone.url()
    await gone.end()
    const own = updates({ open: () => Promise.resolve(new Releases({ address: new URL(address), version: '0.1.0', name: 'x', platform: 'linux', addressFile: '', folder: kept(), executor: new NodeHttpExecutor(), log })) })
    await own.look()
    expect(own.picture.state).toMatchObject({ phase: 'failed', problem: { code: 'update-not-reached' } })
  })

  it('ends with the app, and nothing begins after it', async () => {
    server.fail({ stallAt: 0 })
    const own = updates()
    const look = own.look()
    await until(() => server.requests.length === 1, 'it has asked')
    await own.stop()
    await look
    expect(phase(own)).toBe('idle')
    await own.look()
    expect(server.requests.length).toBe(1)
  })

  it('deletes what an earlier launch was writing when it was killed', async () => {
    const pending = path.join(kept(), 'contentcache-updater', 'pending')
    mkdirSync(pending, { recursive: true })
    writeFileSync(path.join(pending, 'temp-ContentCache-0.1.5-linux-x86_64.AppImage'), 'half')
    await updates().look()
    expect(keptFiles()).toEqual([])
  })

  it('finds what an earlier launch had fetched outdated, and deletes it', async () => {
    const first = updates()
    await first.look()
    await first.download()
    await server.publish(name, image, '0.1.0')
    const second = updates()
    await second.look()
    expect([phase(second), existsSync(kept())]).toEqual(['idle', false])
  })
})

it('an installation that failed in the launch before is told of first', async () => {
  const failure = { code: 'update-disk-full', message: 'The disk is full.', next_step: null, detail: null }
  const own = updates({ failure })
  await own.lookWhenDue()
  expect(own.picture.state).toEqual({ phase: 'failed', problem: failure, during: 'install', update: null })
  await own.look()
  expect(phase(own)).toBe('available')
})
