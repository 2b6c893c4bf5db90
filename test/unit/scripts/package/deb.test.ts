import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { controlFile, parseFpmArguments } from '../../../../scripts/package/tools/fpm-arguments.mjs'

const program = path.resolve(__dirname, '..', '..', '..', '..', 'scripts', 'package', 'tools', 'fpm.mjs')
const named = (output: string): string[] => [
  ...['-s', 'dir', '--force', '-t', 'deb', '-d', 'libnss3', '-d', 'libgtk-3-0 | libgtk-3-0t64', '--deb-compression', 'gz', '--architecture', 'amd64'],
  ...['--description', 'Search\n Everything on this machine.\n\n Really.', '--version', '1.2.3', '--package', output, '--name', 'sample', '--maintainer', 'Ann', '--vendor', 'Ann'],
]

it('an argument that is not known is refused: it may say something that matters', () => {
  expect(() => parseFpmArguments([...named('x.deb'), '--deb-systemd', 'unit'])).toThrow('--deb-systemd of fpm is not known here')
  expect(() => parseFpmArguments([...named('x.deb'), '/no/place'])).toThrow('names no place')
})

it('the control file is as Debian wants it', () => {
  expect(controlFile(parseFpmArguments(named('x.deb')), 12)).toBe(
    'Package: sample\nVersion: 1.2.3\nArchitecture: amd64\nMaintainer: Ann\nDepends: libnss3, libgtk-3-0 | libgtk-3-0t64\nInstalled-Size: 12\nDescription: Search\n Everything on this machine.\n .\n Really.\n',
  )
})

describe.skipIf(spawnSync('dpkg-deb', ['--version']).status !== 0)('a package made by it (skipped without dpkg-deb)', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'contentcache-deb-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('holds the app with its links and modes, the single files, and the scripts; all of root', () => {
    const app = path.join(folder, 'Ä app')
    mkdirSync(path.join(app, 'sub'), { recursive: true })
    writeFileSync(path.join(app, 'program'), '#!/bin/sh\n', { mode: 0o755 })
    symlinkSync('../program', path.join(app, 'sub', 'link'))
    writeFileSync(path.join(folder, 'icon.png'), 'png')
    writeFileSync(path.join(folder, 'after'), '#!/bin/sh\ntrue\n')
    const output = path.join(folder, 'out.deb')
    execFileSync(process.execPath, [program, ...named(output), '--after-install', path.join(folder, 'after'), `${app}/=/opt/Sample`, `${path.join(folder, 'icon.png')}=/usr/share/icons/sample.png`])
    const listing = execFileSync('dpkg-deb', ['--contents', output], { encoding: 'utf8' })
    expect(listing).toMatch(/^-rwxr-xr-x root\/root .*\.\/opt\/Sample\/program$/m)
    expect(listing).toMatch(/^l.* root\/root .*\.\/opt\/Sample\/sub\/link -> \.\.\/program$/m)
    expect(listing).toMatch(/^-rw-r--r-- root\/root .*\.\/usr\/share\/icons\/sample\.png$/m)
    expect(execFileSync('dpkg-deb', ['--field', output, 'Package', 'Depends'], { encoding: 'utf8' })).toContain('libnss3, libgtk-3-0 | libgtk-3-0t64')
    expect(execFileSync('dpkg-deb', ['--info', output, 'postinst'], { encoding: 'utf8' })).toContain('true')
  })
})
