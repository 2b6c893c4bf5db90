/** On real files: what is erased, what is left, and that nothing is called erased that is not. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { eraseEverything, type Erased, type InstanceLock, type Outcome } from '../../../../electron/erase/erase-everything'
import { placesOf } from '../../../../electron/erase/places'
import { processStartTime } from '../../../../electron/sidecars/process-start-time'
import { temporaryFolder, until } from '../support'

let folder: string
let data: string
let remove: () => Promise<void>
beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  data = path.join(folder, 'Däta of Ann')
})
afterEach(() => remove())

/** A file a name, with five bytes each; a name that ends with a slash is a folder. */
function write(base: string, names: string[]): void {
  for (const name of names) {
    const place = path.join(base, name)
    mkdirSync(name.endsWith('/') ? place : path.dirname(place), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(place, 'bytes')
  }
}

const filesBelow = (base: string): string[] =>
  (existsSync(base) ? readdirSync(base, { recursive: true, encoding: 'utf8' }) : []).filter((name) => !lstatSync(path.join(base, name)).isDirectory()).sort()

const free: InstanceLock = { acquire: () => true, release: () => undefined }

function run(options: { models?: string; image?: string; lock?: InstanceLock; confirm?: () => boolean; data?: string } = {}): Outcome {
  const root = options.data ?? data
  return eraseEverything({
    paths: { data: root, profile: path.join(root, 'window'), run: path.join(root, 'run') },
    places: placesOf({ data: root, models: options.models ?? path.join(root, 'models'), image: options.image ?? null }),
    lock: options.lock ?? free,
    confirm: options.confirm ?? (() => true),
    patience: 200,
  })
}

function erased(outcome: Outcome): Erased {
  if (outcome.kind !== 'erased') throw new Error(outcome.kind)
  return outcome
}

const ours = [
  ...['library.db', 'library.db-wal', 'library.db-shm', 'folders.json', 'settings.json', 'settings.json.damaged-1700000000000', 'settings.json.77.tmp', 'window.json', 'version.json'],
  ...['library-replacement.json', 'library-new-77.db', 'library-new-77.db-journal', 'library-damaged-20261125-101500.db', 'library-before-restore-20261125-101500-2.db-wal'],
  ...['folders-damaged-20261125-101500.json', '.folders.json.00c0ffee.tmp', 'thumbnails/12.jpg', 'thumbnails/tmpab_12cd9.part', 'logs/main.log', 'logs/search-server.old.log'],
  ...['run/search-server.json', 'run/crash-host_12_3.40.txt', 'run/library-care.lock', 'window/Local State', 'window/Local Storage/leveldb/CURRENT', 'window/Cache/Cache_Data/index'],
  ...['models/base.pt', 'models/.verified/minilm.json', 'models/models--sentence-transformers--all-MiniLM-L6-v2/blobs/x', 'models/tfhub/9616/saved_model.pb', 'models/datasets/'],
  ...['updates/contentcache-updater/pending/setup.exe', 'updates/.updaterId', 'update-failed.json'],
]

const theirs = [
  ...['taxes.db', 'library.db.bak', 'library (copy).db', 'settings.json.old', 'contentcache-library-2026-11-25.db', 'photos/12.jpg', 'thumbnails/holiday.jpg', 'thumbnails/13.jpg/inside.txt'],
  ...['logs/diary.log', 'run/route.gpx', 'window/view.txt', 'window/Cache.txt', 'models/ship.stl', 'models/base.pt.txt'],
]

describe('what is ours', () => {
  it('is gone, and its folders, the data folder too', () => {
    write(data, ours)
    const outcome = erased(run())
    expect(outcome).toMatchObject({ failed: [], bytes: 5 * ours.filter((name) => !name.endsWith('/')).length, stays: { foreign: [], linked: [], modelsElsewhere: null, dataFolder: null } })
    expect(readdirSync(folder)).toEqual([])
  })

  it('is erased alone: what a person keeps in the same folders stays, byte for byte, and is named', () => {
    write(data, [...ours, ...theirs])
    const { failed, stays } = erased(run())
    expect(failed).toEqual([])
    expect(filesBelow(data)).toEqual([...theirs].sort())
    expect(stays.dataFolder).toBe(data)
    const named = (file: string): boolean => stays.foreign.some((place) => `${path.join(data, file)}/`.startsWith(`${place}/`))
    expect(theirs.filter((file) => !named(file))).toEqual([])
  })

  it('begins with the list of folders: a half-erased library must not be made again from it', () => {
    write(data, ours)
    const [first] = erased(run()).erased
    expect(first?.path).toBe(path.join(data, 'folders.json'))
  })

  it('is left when nobody says yes, and nothing is left behind by asking', () => {
    write(data, ['library.db', 'notes.txt'])
    const confirm = vi.fn(() => false)
    expect(run({ confirm })).toEqual({ kind: 'declined' })
    expect(confirm).toHaveBeenCalledWith(expect.objectContaining({ entries: [{ path: path.join(data, 'library.db'), bytes: 5 }], foreign: [path.join(data, 'notes.txt')] }))
    expect(readdirSync(data).sort()).toEqual(['library.db', 'notes.txt'])
  })

  it('is nothing where nothing was written', () => {
    expect(run()).toEqual({ kind: 'nothing' })
    expect(existsSync(data)).toBe(false)
    write(data, ['taxes.db'])
    expect(run({ confirm: () => expect.fail('there is nothing to ask about') })).toEqual({ kind: 'nothing' })
    expect(readdirSync(data)).toEqual(['taxes.db'])
  })
})

describe.skipIf(process.platform === 'win32')('links', () => {
  it('are removed, and what they lead to stays and is named', () => {
    write(folder, ['disk/base.pt', 'disk/12.jpg', 'disk/library.db', 'disk/profile/Local State'])
    write(data, ['folders.json', 'window/', 'models/tfhub/'])
    for (const [link, target] of [['library.db', 'disk/library.db'], ['thumbnails', 'disk'], ['window/Cache', 'disk/profile'], ['models/base.pt', 'disk/base.pt'], ['models/tfhub/x', 'disk']] as const) {
      symlinkSync(path.join(folder, target), path.join(data, link))
    }
    const { failed, stays } = erased(run())
    expect([failed, existsSync(data)]).toEqual([[], false])
    expect(filesBelow(path.join(folder, 'disk'))).toEqual(['12.jpg', 'base.pt', 'library.db', 'profile/Local State'])
    expect([...stays.linked].sort()).toEqual(['disk', 'disk/base.pt', 'disk/library.db', 'disk/profile'].map((name) => path.join(folder, name)))
  })

  it('that lead nowhere, or in circles, are removed', () => {
    write(data, ['folders.json'])
    symlinkSync(path.join(folder, 'gone'), path.join(data, 'library.db'))
    symlinkSync(data, path.join(data, 'thumbnails'))
    expect(erased(run())).toMatchObject({ failed: [], stays: { dataFolder: null } })
  })

  it('a data folder that is one is emptied; the link and its folder stay, and are named', () => {
    write(folder, ['disk/library.db', 'disk/models/base.pt'])
    symlinkSync(path.join(folder, 'disk'), data)
    const { failed, stays } = erased(run())
    expect(failed).toEqual([])
    expect(readdirSync(path.join(folder, 'disk'))).toEqual([])
    expect(lstatSync(data).isSymbolicLink()).toBe(true)
    expect(stays.dataFolder).toBe(`${data} -> ${path.join(folder, 'disk')}`)
  })
})

describe('models', () => {
  const models = ['base.pt', '.verified/x.json']

  it('outside of the data folder stay, and are named', () => {
    const elsewhere = path.join(folder, 'shared models')
    write(elsewhere, models)
    write(data, ['library.db', 'models/base.pt'])
    expect(erased(run({ models: elsewhere })).stays.modelsElsewhere).toBe(elsewhere)
    expect([filesBelow(elsewhere), existsSync(data)]).toEqual([[...models].sort(), false])
  })

  it.each(['my models', 'deep/er'])('in the data folder go, also under another name (%s)', (name) => {
    write(path.join(data, name), [...models, 'readme.txt'])
    const { failed, stays, bytes } = erased(run({ models: path.join(data, name) }))
    expect([failed, bytes, stays.foreign.some((place) => place.endsWith('readme.txt'))]).toEqual([[], 10, true])
    expect(filesBelow(data)).toEqual([path.join(name, 'readme.txt')])
  })

  it('in the data folder itself go', () => {
    write(data, [...models, 'library.db', 'readme.txt'])
    expect(erased(run({ models: data }))).toMatchObject({ bytes: 15, stays: { foreign: [path.join(data, 'readme.txt')] } })
  })

  it.skipIf(process.platform === 'win32')('to which only a link in the data folder leads stay', () => {
    write(path.join(folder, 'disk'), models)
    write(data, ['library.db'])
    symlinkSync(path.join(folder, 'disk'), path.join(data, 'models'))
    expect(erased(run()).stays).toMatchObject({ modelsElsewhere: null, linked: [path.join(folder, 'disk')] })
    expect([filesBelow(path.join(folder, 'disk')), existsSync(data)]).toEqual([[...models].sort(), false])
  })
})

it('an update that an AppImage has fetched goes from beside it, and nothing else that is there', () => {
  const image = path.join(folder, 'ContentCache.AppImage')
  write(folder, ['ContentCache.AppImage', '.contentcache-update/contentcache-updater/pending/ContentCache-0.2.0.AppImage', '.contentcache-update/.updaterId', 'others/file'])
  expect(erased(run({ image }))).toMatchObject({ failed: [], bytes: 10 })
  expect(filesBelow(folder)).toEqual(['ContentCache.AppImage', 'others/file'])
  expect(existsSync(path.join(folder, '.contentcache-update'))).toBe(false)
})

describe('while somebody has it open', () => {
  let child: ChildProcess
  beforeEach(() => (child = spawn(process.execPath, ['-e', 'process.stdin.resume(); process.stdin.on("end", () => process.exit())'], { stdio: ['pipe', 'ignore', 'ignore'] })))
  afterEach(() => child.kill('SIGKILL'))

  async function record(): Promise<void> {
    await until(() => child.pid !== undefined, 'the child runs')
    write(data, ['library.db', 'run/'])
    writeFileSync(path.join(data, 'run', 'search-server.json'), JSON.stringify({ pid: child.pid, startTime: await processStartTime(Number(child.pid)) }))
  }

  it('nothing is erased: the app runs', () => {
    write(data, ['library.db'])
    expect(run({ lock: { ...free, acquire: () => false } })).toEqual({ kind: 'in-use' })
    expect(existsSync(path.join(data, 'library.db'))).toBe(true)
  })

  it('nothing is erased: a sidecar runs on, and the lock is given back', async () => {
    await record()
    const release = vi.fn()
    expect(run({ lock: { ...free, release } })).toEqual({ kind: 'ending', pids: [child.pid] })
    expect([existsSync(path.join(data, 'library.db')), release.mock.calls.length]).toEqual([true, 1])
  })

  it.skipIf(process.platform === 'win32')('a sidecar that is about to end is waited for', async () => {
    await record()
    // By somebody else: while it is waited for, nothing of this process runs.
    const acquire = (): boolean => spawn('sh', ['-c', `sleep 0.2; kill -9 ${child.pid}`], { stdio: 'ignore' }).pid !== undefined
    expect(erased(eraseEverything({ ...ask(), lock: { ...free, acquire }, patience: 20_000 })).failed).toEqual([])
    expect(existsSync(data)).toBe(false)
  })

  const ask = (): Parameters<typeof eraseEverything>[0] => ({
    paths: { data, profile: path.join(data, 'window'), run: path.join(data, 'run') },
    places: placesOf({ data, models: path.join(data, 'models'), image: null }),
    lock: free,
    confirm: () => true,
  })

  it('what is written again in the middle is not called erased', () => {
    write(data, ['library.db', 'folders.json'])
    const { failed, erased: gone, bytes, stays } = erased(run({ lock: { ...free, release: () => write(data, ['library.db']) } }))
    expect(failed).toEqual([{ path: path.join(data, 'library.db'), reason: 'written again' }])
    expect([gone.map((entry) => path.basename(entry.path)), bytes, stays.dataFolder]).toEqual([['folders.json'], 5, data])
  })
})

describe.skipIf(process.platform !== 'linux')('what cannot be removed', () => {
  const isRoot = process.getuid?.() === 0
  /** As root every mode is passed over, but for an immutable folder; that takes a file system which knows it. */
  function seal(place: string, sealed: boolean): boolean {
    if (!isRoot) chmodSync(place, sealed ? 0o500 : 0o700)
    else {
      try {
        execFileSync('chattr', [sealed ? '+i' : '-i', place], { stdio: 'ignore' })
      } catch {
        return false
      }
    }
    return true
  }

  it('is named and not called erased; the rest goes, and a second run takes what is left', (context) => {
    write(data, [...ours, 'taxes.db'])
    const sealed = path.join(data, 'window', 'Cache', 'Cache_Data')
    if (!seal(sealed, true)) context.skip('no folder can be made immutable here')
    try {
      const { failed, erased: gone, stays } = erased(run())
      expect(failed.map(({ path: place }) => place)).toEqual([path.join(sealed, 'index')])
      expect(failed[0]?.reason).toMatch(/^E(ACCES|PERM)$/)
      expect(gone.some((entry) => entry.path.endsWith('Cache'))).toBe(false)
      expect(filesBelow(data)).toEqual(['taxes.db', 'window/Cache/Cache_Data/index'])
      expect(stays.foreign).toEqual([path.join(data, 'taxes.db')])
    } finally {
      seal(sealed, false)
    }
    expect(erased(run())).toMatchObject({ failed: [], bytes: 5 })
    expect(filesBelow(data)).toEqual(['taxes.db'])
  })

  it('a whole data folder that may not be changed is refused, unchanged', (context) => {
    write(data, ['library.db'])
    if (!seal(data, true)) context.skip('no folder can be made immutable here')
    try {
      expect(run()).toMatchObject({ kind: 'unchangeable', failure: { path: data } })
      expect(readFileSync(path.join(data, 'library.db'), 'utf8')).toBe('bytes')
    } finally {
      seal(data, false)
    }
  })

  it('a file in the place of the data folder is left alone', () => {
    writeFileSync(data, 'mine')
    expect(run()).toMatchObject({ kind: 'unchangeable' })
    expect(readFileSync(data, 'utf8')).toBe('mine')
    rmSync(data)
  })
})
