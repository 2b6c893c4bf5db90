/** The Debian package on a bare system: installed, started by its user, upgraded, downgraded and removed, by apt and dpkg themselves. */
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { treeDigest } from '../../scripts/package/tree-digest.mjs'
import packageJson from '../../package.json'
import { modelsDirectory } from '../support/checkout'
import { BareSystem, noBareSystem } from './bare-system'
import { giveAway } from './enclosure'
import { changesIn, fileOf, noFile } from './formats'
import { repack } from './newer-deb'
import { hybrid, hybridSamples, libraryOf, noStory, tell } from './telling'

const run = promisify(execFile)
const installed = '/opt/ContentCache'
const newer = '99.0.0'
/** A model that was downloaded: its file, and the word that it was verified. */
const whisper = ['base.pt', '.verified/whisper-base.json']

/** One system, to which these happen one after the other. */
test.describe.serial('the deb on a bare system', () => {
  // Gigabytes are unpacked, and packed, again and again.
  test.describe.configure({ timeout: 900_000 })
  const reason = noFile('deb') ?? noStory() ?? noBareSystem()
  let base = ''
  let system: BareSystem

  const inside = (file: string): string => path.join(system.root, file)
  const data = (): string => path.join(system.home, '.config', 'ContentCache')
  const sandboxMode = (): number => statSync(inside(`${installed}/chrome-sandbox`)).mode & 0o7777
  const version = (): Promise<string> => system.asRoot('dpkg-query', '--show', '--showformat', '${Status} ${Version}', 'contentcache')

  /** Whatever is named after it, but for what a person has, and for what dpkg keeps where it is not asked for. */
  const left = async (asked = '/nowhere'): Promise<string[]> => {
    const { stdout } = await run('find', [system.root, '-iname', '*contentcache*'], { maxBuffer: 1 << 26 })
    const kept = ['/home', '/var/lib/dpkg'].filter((folder) => folder !== asked).map((folder) => `${inside(folder)}/`)
    return stdout.split('\n').filter((file) => file !== '' && kept.every((folder) => !file.startsWith(folder)))
  }

  test.beforeAll(async () => {
    if (reason !== null) console.log(`skipped: ${reason}`)
    test.skip(reason !== null, reason ?? '')
    base = mkdtempSync(path.join(tmpdir(), 'contentcache-deb-'))
    const packages = path.join(base, 'packages')
    mkdirSync(packages)
    copyFileSync(fileOf('deb'), path.join(packages, 'this.deb'))
    system = await BareSystem.make(base, packages)
  })
  test.afterAll(() => {
    if (base !== '') rmSync(base, { recursive: true, force: true })
  })

  test('apt finds everything that it depends on, and what it installs is the app that was looked at', async () => {
    await system.apt('install', '/packages/this.deb')
    expect(await version()).toBe(`install ok installed ${packageJson.version}`)
    expect(await system.asRoot('dpkg', '--verify', 'contentcache')).toBe('')
    expect(changesIn(inside(installed))).toEqual([])
    expect((await system.asRoot('readlink', '--canonicalize', '/usr/bin/contentcache')).trim()).toBe(`${installed}/contentcache`)
    // Namespaces make the sandbox here: nobody needs a program that runs as root.
    expect(sandboxMode()).toBe(0o755)
  })

  test('its menu entry is valid, starts what is on the PATH, and has icons in the theme that every desktop has', async () => {
    const entry = inside('/usr/share/applications/contentcache.desktop')
    await run('desktop-file-validate', [entry])
    const fields = new Map(readFileSync(entry, 'utf8').split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]))
    expect([fields.get('Name'), fields.get('Icon'), fields.get('Exec')]).toEqual(['ContentCache', 'contentcache', `${installed}/contentcache %U`])
    expect(readdirSync(inside('/usr/share/icons/hicolor')).filter((size) => existsSync(inside(`/usr/share/icons/hicolor/${size}/apps/contentcache.png`))).sort()).toEqual(
      ['128x128', '16x16', '24x24', '256x256', '32x32', '48x48', '512x512', '64x64'],
    )
  })

  test('an ordinary user starts it by its name, in the sandbox, and finds by words and by meaning', async () => {
    libraryOf(system.home, hybridSamples)
    const seen = await tell({ command: system.asPerson('contentcache'), home: system.home, library: '/home/ann/Archiv' })
    expect(seen).toMatchObject(hybrid(installed))
  })

  test('where the kernel gives nobody a user namespace, it is in the sandbox all the same: installing sees that, and makes the other one usable', async () => {
    const other = system.withoutUserNamespaces()
    await other.asRoot('/var/lib/dpkg/info/contentcache.postinst', 'configure')
    expect(sandboxMode()).toBe(0o4755)
    const again = await tell({ command: other.asPerson('contentcache'), home: system.home, library: null })
    expect(again).toMatchObject(hybrid(installed))
  })

  test('an upgrade keeps the library and the models of the person: the new version finds and hears with them at once', async () => {
    test.skip(!whisper.every((file) => existsSync(path.join(modelsDirectory, file))), 'there is no Whisper on this machine: npm run models')
    for (const file of whisper) cpSync(path.join(modelsDirectory, file), path.join(data(), 'models', file))
    giveAway(path.join(data(), 'models'))
    const before = treeDigest(data())
    await repack(fileOf('deb'), newer, path.join(base, 'packages', 'newer.deb'))
    await system.apt('install', '/packages/newer.deb')
    expect(await version()).toBe(`install ok installed ${newer}`)
    expect(sandboxMode()).toBe(0o755)
    expect(treeDigest(data())).toEqual(before)
    const after = await tell({ command: system.asPerson('contentcache'), home: system.home, library: null })
    expect(after).toMatchObject({ ...hybrid(installed), missing: ['yamnet'], offered: ['bundled', expect.not.stringMatching('download'), 'download'], said: 'memo 0012.m4a' })
  })

  test('apt refuses an older version unless it is told to; dpkg warns, does it, and leaves the data of the person alone', async () => {
    const before = treeDigest(data())
    await expect(system.apt('install', '/packages/this.deb')).rejects.toThrow(/downgrade/)
    expect(await version()).toBe(`install ok installed ${newer}`)
    expect(await system.asRoot('dpkg', '--force-unsafe-io', '--install', '/packages/this.deb')).toContain(`downgrading contentcache from ${newer} to ${packageJson.version}`)
    expect(await version()).toBe(`install ok installed ${packageJson.version}`)
    expect(treeDigest(data())).toEqual(before)
  })

  test('removed, nothing of it is left but the data of the person, and it says where that is and how it is erased', async () => {
    const before = treeDigest(system.home)
    const said = await system.apt('remove', 'contentcache')
    expect(said).toContain('~/.config/ContentCache')
    expect(said).toContain('contentcache --erase-everything')
    expect(await left()).toEqual([])
    // dpkg itself remembers it until it is purged.
    expect(await system.apt('purge', 'contentcache')).not.toContain('erase')
    expect(await left('/var/lib/dpkg')).toEqual([])
    expect(treeDigest(system.home)).toEqual(before)
  })
})
