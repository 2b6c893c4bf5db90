import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eraseFlags, LaunchOptionsError, parseLaunchOptions } from '../../../electron/launch-options'
import { prepareFolders, resolvePaths, type Installation } from '../../../electron/paths'
import { defaultSettings, SettingsStore } from '../../../electron/settings'
import { unusableDialog, unusableLine } from '../../../electron/unusable-folder/words'
import { temporaryFolder } from './support'

const cwd = path.resolve('/home/ann')

describe('parseLaunchOptions', () => {
  it('takes ours and leaves the flags of Electron and Chromium alone', () => {
    expect(parseLaunchOptions(['--inspect=0', '--no-sandbox', '.', '--offline', '--data-dir', 'd', '--models-dir=/m', '--remote-debugging-port=0'], cwd)).toEqual({
      offline: true,
      dataDirectory: path.join(cwd, 'd'),
      modelsDirectory: path.resolve('/m'),
      erase: null,
    })
  })

  it('needs none', () => {
    expect(parseLaunchOptions(['.'], cwd)).toEqual({ offline: false, dataDirectory: null, modelsDirectory: null, erase: null })
  })

  it('erases only when told so in full', () => {
    expect(parseLaunchOptions(['.', '--erase-everything'], cwd).erase).toEqual({ confirmed: false, inDialog: false })
    expect(parseLaunchOptions(['.', ...eraseFlags], cwd).erase).toEqual({ confirmed: true, inDialog: true })
    expect(parseLaunchOptions(['.', '--yes', '--tell-in-dialog', '--', '--erase-everything'], cwd).erase).toBeNull()
  })

  it.each([[['--data-dir']], [['--data-dir', '--offline']], [['--models-dir=']], [['--data-dir', 'a\0b']], [['--offline=maybe']], [['--erase-everything=/d']], [['--erase-everything', '--yes=no']]])('refuses %j with a sentence', (args) => {
    expect(() => parseLaunchOptions(args, cwd)).toThrow(LaunchOptionsError)
  })
})

describe('resolvePaths', () => {
  const none = { offline: false, dataDirectory: null, modelsDirectory: null, erase: null }
  const checkout: Installation = {
    isPackaged: false,
    appPath: path.resolve('/src'),
    resourcesPath: path.resolve('/electron/resources'),
    executable: path.resolve('/electron/electron'),
    appData: path.resolve('/home/ann/.config'),
    platform: 'linux',
    environment: {},
  }

  it('of a checkout', () => {
    expect(resolvePaths(checkout, none)).toMatchObject({
      models: path.resolve('/src/.contentcache/models'),
      bundledModels: null,
      code: path.resolve('/src'),
      python: path.resolve('/src/.contentcache/venv/bin/python3'),
      pythonFlags: [],
      notices: path.resolve('/src/.contentcache/package/parts/notices'),
    })
  })

  it('of an installed app, which runs on its own Python whatever the environment names', () => {
    const paths = resolvePaths({ ...checkout, isPackaged: true, environment: { CONTENTCACHE_PYTHON: '/py', CONTENTCACHE_NOTICES_DIR: '/elsewhere' } }, none)
    expect(paths).toMatchObject({
      installation: path.resolve('/electron'),
      models: path.join(paths.data, 'models'),
      bundledModels: path.resolve('/electron/resources/.contentcache/models'),
      code: path.resolve('/electron/resources'),
      python: path.resolve('/electron/resources/python/bin/python3'),
      pythonFlags: expect.arrayContaining(['-I', '-B']) as string[],
      notices: path.resolve('/electron/resources/notices'),
      chromiumLicences: path.resolve('/electron/LICENSES.chromium.html'),
    })
  })

  it('options win over the environment, the environment over the usual places', () => {
    const environment = { CONTENTCACHE_PYTHON: '/py', CONTENTCACHE_MODELS_DIR: '/env-models' }
    expect(resolvePaths({ ...checkout, environment }, none)).toMatchObject({ python: '/py', models: '/env-models' })
    const paths = resolvePaths({ ...checkout, environment }, { offline: false, dataDirectory: '/d', modelsDirectory: '/m', erase: null })
    expect(paths).toMatchObject({ data: '/d', models: '/m', settings: path.join('/d', 'settings.json') })
  })
})

describe('on a real disk', () => {
  let folder: string
  let remove: () => Promise<void>
  beforeEach(async () => ({ folder, remove } = await temporaryFolder()))
  afterEach(() => remove())

  const pathsIn = (data: string) =>
    resolvePaths({ isPackaged: false, appPath: folder, resourcesPath: folder, executable: path.join(folder, 'electron'), appData: folder, platform: process.platform, environment: {} }, { offline: false, dataDirectory: data, modelsDirectory: null, erase: null })

  it('folders are created, also with spaces and umlauts', () => {
    const paths = pathsIn(path.join(folder, 'My Däta', 'deep'))
    prepareFolders(paths)
    expect([paths.logs, paths.run, paths.profile].every((each) => existsSync(each))).toBe(true)
  })

  it('a file where a folder is needed is named', () => {
    const file = path.join(folder, 'file')
    writeFileSync(file, '')
    expect(() => prepareFolders(pathsIn(file))).toThrow(expect.objectContaining({ folder: file, reason: 'ENOTDIR' }))
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('a folder that may not be written is named, one of models may be (not as root: it may everything)', () => {
    const locked = path.join(folder, 'locked')
    mkdirSync(locked, { mode: 0o500 })
    for (const data of [path.join(locked, 'data'), locked]) expect(() => prepareFolders(pathsIn(data))).toThrow(expect.objectContaining({ reason: 'EACCES' }))
    prepareFolders({ ...pathsIn(path.join(folder, 'data')), models: locked })
    chmodSync(locked, 0o700)
  })

  describe('what is said of a folder that cannot be used', () => {
    it.each([
      ['EACCES', 'You may not write there.', 'Sie dürfen dort nicht schreiben.'],
      ['EROFS', 'That disk can only be read.', 'Dieser Datenträger kann nur gelesen werden.'],
      ['ENOSPC', 'That disk is full.', 'Dieser Datenträger ist voll.'],
      ['ENOTDIR', 'A file is in its place.', 'An seiner Stelle liegt eine Datei.'],
      ['EIO', 'The system says: EIO.', 'Das System sagt: EIO.'],
    ])('%s', (reason, english, german) => {
      const unusable = { folder: '/media/stick/data', reason }
      expect(unusableLine(unusable)).toBe(`The folder /media/stick/data cannot be used (${reason}). ${english} Choose another with --data-dir or --models-dir.`)
      expect(unusableDialog('en-GB', unusable)).toMatchObject({ type: 'error', detail: expect.stringContaining(`/media/stick/data\n\n${english}\n\n`) as unknown })
      expect(unusableDialog('de', unusable)).toMatchObject({ detail: expect.stringContaining(german) as unknown })
    })
  })

  describe('SettingsStore', () => {
    const file = (): string => path.join(folder, 'settings.json')

    it('starts with the usual settings, keeps what is changed, and leaves no temporary file', async () => {
      const store = await SettingsStore.load(file())
      expect([store.get(), store.problem]).toEqual([defaultSettings, null])
      await store.update({ appearance: 'dark' })
      await store.update({ language: 'de' })
      expect((await SettingsStore.load(file())).get()).toEqual({ ...defaultSettings, appearance: 'dark', language: 'de' })
      expect(readdirSync(folder)).toEqual(['settings.json'])
    })

    it('fills in what an older version did not know and leaves out what a newer one did', async () => {
      writeFileSync(file(), '{"offline":true,"future":1}')
      const store = await SettingsStore.load(file())
      expect([store.get(), store.problem]).toEqual([{ ...defaultSettings, offline: true }, null])
    })

    it.each(['', '{"offline":tr', '[]x', '{"appearance":"pink"}', 'null'])('keeps a damaged file (%j) aside and says so', async (damaged) => {
      writeFileSync(file(), damaged)
      const store = await SettingsStore.load(file())
      expect(store.get()).toEqual(defaultSettings)
      expect(store.problem?.code).toBe('settings-damaged')
      const [aside] = readdirSync(folder)
      expect(aside).toMatch(/^settings\.json\.damaged-\d+$/)
      expect(readFileSync(path.join(folder, String(aside)), 'utf8')).toBe(damaged)
    })

    it('what cannot be saved is a problem and changes nothing', async () => {
      const store = await SettingsStore.load(path.join(folder, 'nowhere', 'settings.json'))
      await expect(store.update({ offline: true })).rejects.toMatchObject({ problem: { code: 'settings-not-saved' } })
      expect(store.get()).toEqual(defaultSettings)
    })
  })
})
