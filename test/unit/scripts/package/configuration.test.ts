import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DebugLogger } from 'builder-util'
import { validateConfiguration } from 'app-builder-lib/out/util/config/config'
import type { Configuration } from 'electron-builder'
import { expect, it } from 'vitest'
import { MAIN_WORKSHOP, workshop } from '../../../../scripts/package/layout.mjs'
import { configurationOf } from '../../../../scripts/package/builder.mjs'

const root = path.resolve(__dirname, '..', '..', '..', '..')
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'))
const configuration = (): Configuration => read('electron-builder.json') as Configuration

it('is one that electron-builder accepts, and its check does find mistakes', async () => {
  await expect(validateConfiguration(configuration(), new DebugLogger(false))).resolves.toBeUndefined()
  const wrong = { ...configuration(), nsis: { oneClik: true } } as Configuration
  await expect(validateConfiguration(wrong, new DebugLogger(false))).rejects.toThrow(/configuration\.nsis/)
})

it('states every fuse as electron/security/fuses.json does', () => {
  expect(configuration().electronFuses).toEqual(read('electron/security/fuses.json'))
})

it('ships the models, the backend, its own Python and the notices beside the archive, and in the archive the built shell only', () => {
  const { extraResources, files, asar, npmRebuild } = configuration()
  expect((extraResources as { to: string }[]).map(({ to }) => to)).toEqual(['.contentcache/models', 'backend', 'python', 'notices'])
  expect({ asar, npmRebuild }).toEqual({ asar: true, npmRebuild: false })
  expect((files as string[]).filter((pattern) => !pattern.startsWith('!'))).toEqual(['out/**', 'package.json'])
})

it('has targets for the three systems', () => {
  const { linux, win, mac, nsis, fileAssociations } = configuration()
  expect([linux?.target, win?.target, mac?.target]).toEqual([['AppImage', 'deb', 'tar.gz'], ['nsis'], ['dmg', 'zip']])
  expect(nsis).toMatchObject({ perMachine: false, allowToChangeInstallationDirectory: true, createDesktopShortcut: 'always', deleteAppDataOnUninstall: false })
  expect(fileAssociations).toEqual([])
})

it('asks for no start without the sandbox: electron-builder would put that into the menu entry of an AppImage', () => {
  expect(configuration().appImage?.executableArgs).toEqual([])
  expect(readFileSync(path.join(root, 'electron-builder.json'), 'utf8')).not.toContain('no-sandbox')
})

it('names icons that are there, in the format of each system', () => {
  const { linux, win, mac } = configuration()
  const head = (file: string, length: number): Buffer => readFileSync(path.join(root, file)).subarray(0, length)
  expect(head(String(win?.icon), 4)).toEqual(Buffer.from([0, 0, 1, 0]))
  expect(head(String(mac?.icon), 4).toString()).toBe('icns')
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
    const png = head(path.join(String(linux?.icon), `${size}x${size}.png`), 24)
    expect([png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', size, size])
  }
})

it('names no registry and no machine, and what one run adds is not in it', () => {
  const text = readFileSync(path.join(root, 'electron-builder.json'), 'utf8')
  expect(text).not.toMatch(/https?:(?!\/\/contentcache\.invalid)|"electronDist"|"electronVersion"|"\/(?!Applications")/)
  const parts = workshop('/elsewhere/parts')
  const run = configurationOf({ parts, out: '/out', electronVersion: '1.2.3', electronFuses: { runAsNode: false }, release: true })
  expect(run).toMatchObject({ electronVersion: '1.2.3', electronDist: parts.electron, compression: 'maximum', electronFuses: { runAsNode: false }, directories: { output: '/out' } })
  expect((run.extraResources as { from: string }[]).map(({ from }) => from)).toEqual(['models', 'backend', 'python', 'notices'].map((name) => path.join('/elsewhere/parts', name)))
  expect((configuration().extraResources as { from: string }[])[0]?.from).toBe(path.relative(root, MAIN_WORKSHOP.models))
  expect(existsSync(path.join(root, 'build-resources', 'icon.svg'))).toBe(true)
})

const templates = path.join(root, 'node_modules', 'app-builder-lib', 'templates')
const text = (...file: string[]): string => readFileSync(path.join(...file), 'utf8')
const ours = (script: string | null | undefined): string => text(root, String(script))

it('does after installing a deb what electron-builder does, but asks as an ordinary user whether Chromium can make its sandbox of namespaces', () => {
  const as = 'setpriv --reuid=65534 --regid=65534 --clear-groups '
  const why = ', as an ordinary user: root may where others may not.'
  expect(ours(configuration().deb?.afterInstall).replace(as, '').replace(why, ':')).toBe(text(templates, 'linux', 'after-install.tpl'))
})

it('does after removing a deb all that electron-builder does, and then says where the data of each person is', () => {
  const script = ours(configuration().deb?.afterRemove)
  const theirs = text(templates, 'linux', 'after-remove.tpl')
  expect(script.startsWith(`${theirs}\n`)).toBe(true)
  const own = script.slice(theirs.length)
  const said = (argument: string): string => spawnSync('sh', ['-c', own, 'postrm', argument], { encoding: 'utf8' }).stdout
  for (const words of ['~/.config/ContentCache', 'contentcache --erase-everything']) expect(said('remove')).toContain(words)
  expect([said('upgrade'), said('purge')]).toEqual(['', ''])
})

const noCompiler = spawnSync('makensis', ['-VERSION']).status !== 0
it.skipIf(noCompiler)('says at an uninstall on Windows where the data of each person stays (compiled alone; skipped without makensis)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'contentcache-nsis-'))
  try {
    const script = path.join(folder, 'alone.nsi')
    // The flag is one that electron-builder's own scripts take from a plugin.
    const isUpdated = '!macro _isUpdated _a _b _t _f\n!insertmacro _== "1" "1" `${_t}` `${_f}`\n!macroend\n!define isUpdated `"" isUpdated ""`'
    const include = path.join(root, String(configuration().nsis?.include))
    const body = ['Unicode true', 'Name alone', `OutFile "${path.join(folder, 'alone.exe')}"`, '!include LogicLib.nsh', isUpdated, `!include "${include}"`]
    writeFileSync(script, [...body, 'Section', 'WriteUninstaller "$TEMP\\alone.exe"', 'SectionEnd', 'Section un.Alone', '!insertmacro customUnInstall', 'SectionEnd', ''].join('\n'))
    const { stdout, stderr, status } = spawnSync('makensis', ['-V4', '-WX', '-INPUTCHARSET', 'UTF8', script], { encoding: 'utf8' })
    expect(stdout.match(/^%APPDATA%\\ContentCache/gm)).toHaveLength(2)
    expect([status, stderr]).toEqual([0, ''])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
