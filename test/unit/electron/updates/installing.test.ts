import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepFailure, takeFailure } from '../../../../electron/updates/failed-install'
import { outsideImage, relaunch } from '../../../../electron/updates/relaunch'
import { nameOfNext, replaceImage } from '../../../../electron/updates/replace-image'
import { updateWay } from '../../../../electron/updates/update-way'
import { quiet, temporaryFolder, until } from '../support'

let folder: string
let remove: () => Promise<void>
beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
afterEach(() => remove())

const write = (name: string, text: string, mode = 0o755): string => {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text, { mode })
  return file
}
const digest = (text: string): string => createHash('sha512').update(text).digest('base64')

describe.skipIf(process.platform === 'win32')('whether an app can replace itself', () => {
  function place(): { image: string; contents: string; program: string } {
    const image = write('apps/ContentCache-0.1.0.AppImage', 'image')
    const program = write('mount/contentcache', 'program')
    return { image, contents: path.join(folder, 'mount'), program }
  }

  it('an AppImage can, links resolved', () => {
    const { image, contents, program } = place()
    symlinkSync(image, path.join(folder, 'link.AppImage'))
    const environment = { APPIMAGE: path.join(folder, 'link.AppImage'), APPDIR: contents }
    expect(updateWay({ platform: 'linux', environment, program })).toEqual({ way: 'app', image })
  })

  it('an app that was started from the AppImage of another program cannot: that one is not ours', () => {
    const { image, contents } = place()
    const program = write('opt/ContentCache/contentcache', 'program')
    expect(updateWay({ platform: 'linux', environment: { APPIMAGE: image, APPDIR: contents }, program })).toEqual({ way: 'package', image: null })
    expect(updateWay({ platform: 'linux', environment: {}, program })).toEqual({ way: 'package', image: null })
    expect(updateWay({ platform: 'linux', environment: { APPIMAGE: path.join(folder, 'gone'), APPDIR: path.dirname(program) }, program })).toEqual({ way: 'package', image: null })
  })

  it.skipIf(process.getuid?.() === 0)('an AppImage in a folder of somebody else cannot', () => {
    const { image, contents, program } = place()
    chmodSync(path.dirname(image), 0o555)
    expect(updateWay({ platform: 'linux', environment: { APPIMAGE: image, APPDIR: contents }, program })).toEqual({ way: 'read-only', image })
    chmodSync(path.dirname(image), 0o755)
  })
})

describe('an AppImage is replaced', () => {
  it('under the name of the new version where the old had its version in the name, else under its own', () => {
    expect(nameOfNext('/a/ContentCache-0.1.0-linux-x86_64.AppImage', '/b/ContentCache-0.2.0-linux-x86_64.AppImage')).toBe('ContentCache-0.2.0-linux-x86_64.AppImage')
    expect(nameOfNext('/a/search', '/b/ContentCache-0.2.0-linux-x86_64.AppImage')).toBe('search')
  })

  it('in one step, and can be run', async () => {
    const image = write('search', 'old')
    const file = write('.kept/ContentCache-0.2.0.AppImage', 'new', 0o600)
    expect(await replaceImage(image, { file, sha512: digest('new') })).toBe(image)
    expect([readFileSync(image, 'utf8'), statSync(image).mode & 0o777, readdirSync(path.join(folder, '.kept'))]).toEqual(['new', 0o755, []])
  })

  it('and the old goes when the new is there', async () => {
    const image = write('ContentCache-0.1.0.AppImage', 'old')
    const file = write('.kept/ContentCache-0.2.0.AppImage', 'new')
    expect(await replaceImage(image, { file, sha512: digest('new') })).toBe(path.join(folder, 'ContentCache-0.2.0.AppImage'))
    expect(readdirSync(folder).sort()).toEqual(['.kept', 'ContentCache-0.2.0.AppImage'])
  })

  it('not by what is something else than was verified', async () => {
    const image = write('ContentCache-0.1.0.AppImage', 'old')
    const file = write('.kept/ContentCache-0.2.0.AppImage', 'changed since')
    await expect(replaceImage(image, { file, sha512: digest('new') })).rejects.toThrow('sha512')
    expect([readFileSync(image, 'utf8'), readdirSync(folder).sort()]).toEqual(['old', ['.kept', 'ContentCache-0.1.0.AppImage']])
  })

  it('not where the new version cannot be written: a folder of its name', async () => {
    const image = write('ContentCache-0.1.0.AppImage', 'old')
    const file = write('.kept/ContentCache-0.2.0.AppImage', 'new')
    write('ContentCache-0.2.0.AppImage/in-the-way', '')
    await expect(replaceImage(image, { file, sha512: digest('new') })).rejects.toThrow()
    expect(readFileSync(image, 'utf8')).toBe('old')
  })
})

describe('the new version is started', () => {
  it('as if from outside of the old image', () => {
    const environment = {
      HOME: '/home/ann', APPIMAGE: '/a.AppImage', APPDIR: '/mount', ARGV0: 'a', OWD: '/', APPIMAGE_EXTRACT_AND_RUN: '1',
      PATH: '/mount:/mount/usr/sbin:/usr/bin', LD_LIBRARY_PATH: '/mount/usr/lib', XDG_DATA_DIRS: '/mount/usr/share/:/mounted:/usr/share',
    }
    expect(outsideImage(environment)).toEqual({ HOME: '/home/ann', APPIMAGE_EXTRACT_AND_RUN: '1', PATH: '/usr/bin', XDG_DATA_DIRS: '/mounted:/usr/share' })
    expect(outsideImage({ PATH: '/usr/bin' })).toEqual({ PATH: '/usr/bin' })
    expect(outsideImage({ APPDIR: '/tmp/appimage_extracted_0a' })).toEqual({ APPIMAGE_EXTRACT_AND_RUN: '1' })
  })

  it.skipIf(process.platform === 'win32')('with the same arguments, and not before this process has ended', async () => {
    const said = path.join(folder, 'said')
    const program = write('new version', `#!/bin/sh\nprintf '%s|' "$@" > '${said}.part'\nmv '${said}.part' '${said}'\n`)
    const child = (await import('node:child_process')).spawn('sleep', ['60'])
    const ours = process.pid
    Object.defineProperty(process, 'pid', { value: child.pid, configurable: true })
    try {
      relaunch(program, ['--data-dir', '/a b', '$(x)'], process.env, quiet)
    } finally {
      Object.defineProperty(process, 'pid', { value: ours, configurable: true })
    }
    expect(readdirSync(folder)).not.toContain('said')
    child.kill()
    await until(() => readdirSync(folder).includes('said'), 'it was started')
    expect(readFileSync(said, 'utf8')).toBe('--data-dir|/a b|$(x)|')
  })
})

it('a failure is told of once, by the next launch', async () => {
  const file = path.join(folder, 'update-failed.json')
  const problem = { code: 'update-disk-full', message: 'The disk is full.', next_step: 'Make room.', detail: null }
  expect(await takeFailure(file)).toBeNull()
  await keepFailure(file, problem)
  expect([await takeFailure(file), await takeFailure(file)]).toEqual([problem, null])
  write('update-failed.json', '{"code": 1}')
  expect(await takeFailure(file)).toBeNull()
})
