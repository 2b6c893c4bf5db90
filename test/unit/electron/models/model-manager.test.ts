/** The model manager over the real downloader and real models, fetched from the double of the hubs. */
import { copyFileSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SidecarName } from '../../../../electron/contract/generated/events'
import { emptyPicture } from '../../../../electron/contract/picture'
import type { ModelEntry, RelayEvent } from '../../../../electron/contract/relay'
import { createModels } from '../../../../electron/models/create-models'
import type { ModelManager } from '../../../../electron/models/model-manager'
import { EventStream } from '../../../../electron/relay/event-stream'
import { modelsDirectory, python, root } from '../../../support/checkout'
import { HubDouble } from '../../../support/hub-double'
import { tree } from '../../../support/processes'
import { pathsIn, temporaryFolder, until } from '../support'

const whisper = 'whisper-base'
const bytesOfWhisper = statSync(path.join(modelsDirectory, 'base.pt')).size
const mebibyte = 1 << 20
/** Bytes a second: so slow that no download ends before the test has seen what it waits for and lets it go. */
const slow = 5e6

let hub: HubDouble
let hubFolder: Awaited<ReturnType<typeof temporaryFolder>>
let folder: string
let remove: () => Promise<void>
let offline: boolean
let apps: App[]

interface App {
  models: ModelManager
  events: EventStream
  heard: RelayEvent[]
  restarted: SidecarName[]
  directory: string
  whisper(): ModelEntry
  /** Everything that was said of Whisper's work, in order. */
  works(): (string | null)[]
}

beforeAll(async () => {
  hubFolder = await temporaryFolder()
  hub = await HubDouble.start(hubFolder.folder)
  Object.assign(process.env, hub.environment)
})

afterAll(async () => {
  await hub.end()
  await hubFolder.remove()
})

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  offline = false
  apps = []
  hub.clearFaults()
  hub.throttle(null)
})

afterEach(async () => {
  await Promise.all(apps.map(({ models }) => models.stop()))
  expect(downloaders()).toEqual([])
  await remove()
})

function openApp(name = 'models'): App {
  const directory = path.join(folder, name)
  mkdirSync(directory, { recursive: true })
  const events = new EventStream(emptyPicture)
  const heard: RelayEvent[] = []
  const restarted: SidecarName[] = []
  events.subscribe((event) => heard.push(event))
  const paths = pathsIn(folder, { models: directory, code: root, python, run: folder })
  const models = createModels({ paths, isOffline: () => offline, events, sidecars: { restart: (sidecar) => restarted.push(sidecar) } })
  const entry = (): ModelEntry => events.snapshot.models.find(({ model }) => model === whisper) ?? expect.fail('Whisper is not in the picture')
  const app: App = {
    models, events, heard, restarted, directory,
    whisper: entry,
    works: () => heard.flatMap((event) => (event.type === 'model-work-changed' && event.model === whisper ? [event.work] : [])),
  }
  apps.push(app)
  return app
}

function downloaders(): number[] {
  return tree(process.pid).filter(({ command }) => command.includes('backend.models.downloader')).map(({ pid }) => pid)
}

const idle = (app: App) => (): boolean => app.whisper().work === null
const arriving = (app: App) => (): boolean => (app.whisper().progress?.bytes ?? 0) > mebibyte

async function installed(app: App): Promise<void> {
  app.models.download(whisper)
  await until(idle(app), 'Whisper is there')
  expect(app.whisper()).toMatchObject({ status: { state: 'present' }, failure: null, progress: null })
}

function damage(file: string): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.from('damage'), 0, 6, 1_000_000)
  closeSync(descriptor)
}

it('says of every model whether it is there, with what a person wants to know of it', async () => {
  const app = openApp()
  await app.models.look()
  expect(app.events.snapshot.models.map(({ model, status }) => [model, status?.state])).toEqual([['minilm', 'missing'], [whisper, 'missing'], ['yamnet', 'missing']])
  expect(app.whisper().status).toMatchObject({ licence: 'MIT', size: bytesOfWhisper, bundled: false, partial: 0 })
})

it('downloads: progress before the first byte, one end, the state before the end, and asked twice it is one download', async () => {
  hub.throttle(slow)
  const app = openApp()
  const before = await hub.fetched('base.pt')
  app.models.download(whisper)
  app.models.download(whisper)
  await until(arriving(app), 'bytes arrive')
  app.models.download(whisper)
  hub.throttle(null)
  await until(idle(app), 'it has ended')

  const after = await hub.fetched('base.pt')
  expect([after.requests - before.requests, after.bytes - before.bytes]).toEqual([1, bytesOfWhisper])
  expect(app.works()).toEqual(['download', null])
  const progress = app.heard.filter((event) => event.type === 'model-download-progress')
  expect(progress[0]).toMatchObject({ model: whisper, bytes: 0, total: bytesOfWhisper })
  expect(progress.at(-1)).toMatchObject({ progress: 100, bytes: bytesOfWhisper })
  const order = app.heard.map(({ type }) => type).filter((type) => type !== 'model-download-progress')
  expect(order).toEqual(['model-work-changed', 'model-status', 'model-download-ended', 'model-work-changed'])
  expect(app.whisper()).toMatchObject({ status: { state: 'present' }, failure: null })
})

it('a cancelled download keeps what has arrived, and the next goes on from there', async () => {
  hub.throttle(slow)
  const app = openApp()
  app.models.download(whisper)
  await until(arriving(app), 'bytes arrive')
  app.models.cancel(whisper)
  await until(idle(app), 'it is cancelled')
  expect(app.heard.filter((event) => event.type === 'model-download-ended')).toMatchObject([{ outcome: 'cancelled', problem: null }])
  expect(app.whisper()).toMatchObject({ failure: null, status: { state: 'missing' } })
  const partial = app.whisper().status?.partial ?? 0
  expect(partial).toBeGreaterThanOrEqual(mebibyte)

  hub.throttle(null)
  const before = await hub.fetched('base.pt')
  await installed(app)
  expect((await hub.fetched('base.pt')).bytes - before.bytes).toBe(bytesOfWhisper - partial)
})

it('a downloader that is killed is a failure in words, and loses next to nothing', async () => {
  hub.throttle(slow)
  const app = openApp()
  app.models.download(whisper)
  await until(arriving(app), 'bytes arrive')
  for (const pid of downloaders()) process.kill(pid, 'SIGKILL')
  await until(idle(app), 'it has ended')
  expect(app.whisper().failure).toMatchObject({ code: 'downloader-ended', next_step: 'Try again; what has arrived is kept.' })
  expect(app.whisper().failure?.detail).toContain('SIGKILL')
  expect(app.whisper().status?.partial).toBeGreaterThan(mebibyte)

  hub.throttle(null)
  app.models.download(whisper)
  expect(app.whisper().failure).toBeNull()
  await until(idle(app), 'it is there')
  expect(app.whisper().status?.state).toBe('present')
})

it.each([
  ['refused', { status: 403 }],
  ['not-found', { status: 404 }],
  ['corrupt', { corrupt_at: 5_000_000 }],
] as const)('a source that fails is told with a next step: %s', async (code, fault) => {
  hub.fail({ path: 'base.pt', times: 100, ...fault })
  const app = openApp()
  app.models.download(whisper)
  await until(idle(app), 'it has failed')
  expect(app.whisper().failure).toMatchObject({ code, message: expect.any(String) as unknown, next_step: expect.any(String) as unknown })
  expect(app.heard.filter((event) => event.type === 'model-download-ended')).toMatchObject([{ outcome: 'failed', problem: { code } }])
})

it('offline nothing goes out, and going offline ends a download', async () => {
  const app = openApp()
  offline = true
  const before = await hub.fetched('')
  app.models.download(whisper)
  await until(idle(app), 'it is refused')
  expect(app.whisper().failure?.code).toBe('offline')
  expect(await hub.fetched('')).toEqual(before)

  offline = false
  hub.throttle(slow)
  app.models.download(whisper)
  await until(arriving(app), 'bytes arrive')
  offline = true
  app.models.cancelDownloads()
  await until(idle(app), 'it is cancelled')
  expect(app.heard.filter((event) => event.type === 'model-download-ended').at(-1)).toMatchObject({ outcome: 'cancelled' })
})

it('two apps over one models directory: one download, both are told', async () => {
  hub.throttle(slow)
  const [one, two] = [openApp(), openApp()]
  const before = await hub.fetched('base.pt')
  one.models.download(whisper)
  await until(arriving(one), 'bytes arrive at the first')
  two.models.download(whisper)
  await until(() => two.whisper().progress?.message === 'Another process is downloading it', 'the second shows the first')
  hub.throttle(null)
  await until(() => idle(one)() && idle(two)(), 'both have ended')
  for (const app of [one, two]) {
    expect(app.whisper()).toMatchObject({ status: { state: 'present' }, failure: null })
    expect(app.heard.filter((event) => event.type === 'model-download-ended')).toMatchObject([{ outcome: 'installed' }])
  }
  expect((await hub.fetched('base.pt')).bytes - before.bytes).toBe(bytesOfWhisper)
})

it('damage is found by a check, told, and mended by a download; a sidecar that had loaded it is started again', async () => {
  const app = openApp()
  await installed(app)
  app.events.publish({ type: 'engine-changed', status: { engine: whisper, state: 'failed', problem: null } })
  damage(path.join(app.directory, 'base.pt'))
  app.models.verify(whisper)
  await until(idle(app), 'it is checked')
  expect(app.whisper().status).toMatchObject({ state: 'damaged', problem: expect.stringContaining('other content') as unknown })
  expect(app.restarted).toEqual([])
  await installed(app)
  expect(app.restarted).toEqual(['audio-processor'])
})

it('a sidecar that was started in the middle of the mending, and failed with the damaged files, is started again', async () => {
  const app = openApp()
  await installed(app)
  damage(path.join(app.directory, 'base.pt'))
  app.models.verify(whisper)
  await until(idle(app), 'it is checked')
  hub.throttle(slow)
  app.models.download(whisper)
  await until(arriving(app), 'bytes arrive')
  app.events.publish({ type: 'engine-changed', status: { engine: whisper, state: 'failed', problem: null } })
  hub.throttle(null)
  await until(idle(app), 'it is mended')
  expect(app.whisper().status).toMatchObject({ state: 'present' })
  expect(app.restarted).toEqual(['audio-processor'])
})

it('removes a model with what its download left, and the sidecar lets go of it', async () => {
  const app = openApp()
  await installed(app)
  app.events.publish({ type: 'engine-changed', status: { engine: whisper, state: 'ready', problem: null } })
  app.models.verify(whisper)
  expect(() => app.models.remove(whisper)).toThrow('Something else is being done with this model.')
  await until(idle(app), 'it is checked')
  app.models.remove(whisper)
  await until(idle(app), 'it is removed')
  expect(app.whisper()).toMatchObject({ status: { state: 'missing', partial: 0 }, failure: null })
  expect(existsSync(path.join(app.directory, 'base.pt'))).toBe(false)
  expect(app.restarted).toEqual(['audio-processor'])
})

it('a model that someone else put there is seen when a sidecar sees it', async () => {
  const app = openApp()
  await app.models.look()
  copyFileSync(path.join(modelsDirectory, 'base.pt'), path.join(app.directory, 'base.pt'))
  mkdirSync(path.join(app.directory, '.verified'))
  copyFileSync(path.join(modelsDirectory, '.verified', `${whisper}.json`), path.join(app.directory, '.verified', `${whisper}.json`))
  app.events.publish({ type: 'engine-changed', status: { engine: whisper, state: 'unloaded', problem: null } })
  await until(() => app.whisper().status?.state === 'present', 'it is seen')
})

describe('on a machine without a network', () => {
  it('what one exports the other imports', async () => {
    const app = openApp()
    await installed(app)
    const file = path.join(folder, 'models.tar')
    expect(await app.models.exportTo(file, [whisper])).toBe(file)
    const written = app.heard.filter((event) => event.type === 'model-export-progress')
    expect(written[0]).toMatchObject({ bytes: 0 })
    expect(written.at(-1)?.bytes).toBe(written.at(-1)?.total)
    expect(app.events.snapshot.modelExport).toBeNull()

    offline = true
    const other = openApp('elsewhere')
    expect(await other.models.importFrom(file)).toEqual({ installed: [whisper], failed: [], cancelled: [] })
    expect(other.works()).toEqual(['import', null])
    expect(other.whisper()).toMatchObject({ status: { state: 'present' }, failure: null, progress: null })
  })

  it("imports a model's own file, and keeps a good model when the file is not one", async () => {
    const app = openApp()
    expect(await app.models.importFrom(path.join(modelsDirectory, 'base.pt'))).toMatchObject({ installed: [whisper] })
    const nonsense = path.join(folder, 'nonsense.tar')
    writeFileSync(nonsense, 'nothing')
    await expect(app.models.importFrom(nonsense)).rejects.toMatchObject({ problem: { code: 'nothing-to-import', next_step: expect.any(String) as unknown } })
    await app.models.look()
    expect(app.whisper()).toMatchObject({ status: { state: 'present' }, failure: null })
  })

  it('an export that cannot be written is a problem in words and leaves nothing', async () => {
    const app = openApp()
    await installed(app)
    await expect(app.models.exportTo(path.join(folder, 'nowhere', 'models.tar'), [whisper])).rejects.toMatchObject({ problem: { next_step: expect.any(String) as unknown } })
    await expect(app.models.exportTo(path.join(folder, 'models.tar'), ['minilm'])).rejects.toMatchObject({ problem: { code: 'not-installed' } })
    expect(readdirSync(folder).filter((name) => name.startsWith('models.tar'))).toEqual([])
    expect(app.events.snapshot.modelExport).toBeNull()
  })
})

it('nothing is begun once it was stopped', async () => {
  const app = openApp()
  await app.models.stop()
  app.models.download(whisper)
  await app.models.look()
  await expect(app.models.importFrom(path.join(modelsDirectory, 'base.pt'))).rejects.toMatchObject({ problem: { code: 'app-closing' } })
  await expect(app.models.exportTo(path.join(folder, 'models.tar'), [whisper])).rejects.toMatchObject({ problem: { code: 'app-closing' } })
  expect(app.heard).toEqual([])
  expect(downloaders()).toEqual([])
})

it('a Python that cannot be started is told, and the rest of the app goes on', async () => {
  const app = openApp()
  const paths = pathsIn(folder, { models: app.directory, code: root, python: path.join(folder, 'no-python'), run: folder })
  const models = createModels({ paths, isOffline: () => false, events: app.events, sidecars: { restart: () => undefined } })
  await models.look()
  expect(app.whisper().failure).toMatchObject({ code: 'models-not-read', detail: expect.stringContaining('could not be started') as unknown })
  models.download(whisper)
  await until(idle(app), 'it has failed')
  expect(app.whisper().failure?.code).toBe('downloader-ended')
  await models.stop()
})
