import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { foreignSystem, parsePackageOptions, type PackageOptions } from '../../../../scripts/package/options.mjs'

const root = path.resolve(__dirname, '..', '..', '..', '..')

function parsed(...args: string[]): PackageOptions {
  const options = parsePackageOptions(args)
  if (options === 'help') throw new Error('asked for help')
  return options
}

it('hybrid and dir unless said otherwise; what is not known is a sentence', () => {
  expect(parsed()).toEqual({
    models: 'hybrid',
    targets: ['dir'],
    out: path.join(root, 'dist'),
    python: process.platform === 'linux' ? 'machine' : 'standalone',
    platform: process.platform,
    releaseAddress: undefined,
    release: false,
    checkReproducible: false,
  })
  expect(parsed('--platform', 'linux', '--target', 'deb,tar.gz', '--target', 'AppImage,dir', '--models', 'none')).toMatchObject({ models: 'none', targets: ['dir', 'deb', 'tar.gz', 'AppImage'] })
  expect(parsed('--out', 'elsewhere', '--python', 'standalone', '--release', '--check-reproducible')).toMatchObject({ out: path.join(root, 'elsewhere'), python: 'standalone', release: true, checkReproducible: true })
  expect(parsePackageOptions(['--help'])).toBe('help')
  expect(() => parsed('--models', 'some')).toThrow('--models some is not known.')
  expect(() => parsed('--python', 'snake')).toThrow('--python snake is not known.')
  expect(() => parsed('--platform', 'beos')).toThrow('--platform beos is not known.')
  expect(() => parsed('--platform', 'linux', '--target', 'nsis')).toThrow('--target nsis is not known.')
  expect(() => parsed('--turbo')).toThrow(/--turbo/)
})

describe.skipIf(process.platform !== 'linux')('an app for another system', () => {
  it('is put together on Linux, unpacked and once', () => {
    expect(foreignSystem(parsed())).toBeUndefined()
    expect(foreignSystem(parsed('--platform', 'win32', '--models', 'none'))).toBe('win32')
    expect(foreignSystem(parsed('--platform', 'darwin', '--target', 'dir'))).toBe('darwin')
    expect(() => foreignSystem(parsed('--platform', 'win32', '--target', 'nsis'))).toThrow('unpacked and once')
    expect(() => foreignSystem(parsed('--platform', 'darwin', '--check-reproducible'))).toThrow('unpacked and once')
  })
})
