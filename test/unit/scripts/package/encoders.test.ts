import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { emptyArguments, emptySource, objectionsTo } from '../../../../scripts/package/python/empty-library.mjs'
import { planOf, replaceGplEncoders } from '../../../../scripts/package/python/encoders.mjs'
import type { NativeLibrary } from '../../../../scripts/package/python/library-tools.mjs'

let site: string
beforeEach(() => (site = mkdtempSync(path.join(tmpdir(), 'contentcache-encoders-'))))
afterEach(() => rmSync(site, { recursive: true }))

const symbols = { x264_encoder_open_165: 'function', x264_levels: 'data' } as const
const elf: NativeLibrary = { format: 'ELF', machine: 'x86_64', name: 'libx264-d6533a8d.so.165', needed: ['libc.so.6'], imports: [], exports: { ...symbols, x264_malloc: 'function' } }
const pe: NativeLibrary = { ...elf, format: 'PE', name: 'libx264-165.dll', needed: ['msvcrt.dll'] }
const macho: NativeLibrary = { ...elf, format: 'Mach-O', machine: 'aarch64', name: '/DLC/libx264.165.dylib', system: '14.0.0', compatibility: '1.0.0', current: '1.2.3', signed: true }

it('an encoder is asked for what others import of it, and for nothing else that it exports', () => {
  const other: NativeLibrary = { ...elf, exports: { x265_api_get_216: 'function', x265_cleanup: 'function' } }
  const plans = planOf([{ name: 'one', library: elf }, { name: 'other', library: other }], ['x264_levels', 'x265_api_get_216', 'x264_encoder_open_165'])
  expect(plans.map(({ name, symbols: asked }) => ({ name, asked }))).toEqual([{ name: 'one', asked: symbols }, { name: 'other', asked: { x265_api_get_216: 'function' } }])
})

it('what no encoder exports is not passed over: FFmpeg would not load', () => {
  expect(() => planOf([{ name: 'one', library: elf }], ['x264_encoder_open_170'])).toThrow('No encoder of PyAV\'s exports x264_encoder_open_170')
})

it.each([
  ['ELF', '__attribute__((visibility("default")))'],
  ['PE', '__declspec(dllexport)'],
  ['Mach-O', '__attribute__((visibility("default")))'],
] as const)('the source for %s exports functions that return 0 and tables of nothing', (format, exported) => {
  const lines = emptySource(format, symbols).split('\n')
  expect(lines).toContain(`${exported} void *x264_encoder_open_165(void) { return 0; }`)
  expect(lines).toContain(`${exported} void *const x264_levels[64] = {0};`)
  expect(lines.some((line) => line.includes('DllMainCRTStartup'))).toBe(format === 'PE')
})

it('the compiler is asked for the name, the versions and the oldest system that the original has', () => {
  expect(emptyArguments(elf)).toEqual(expect.arrayContaining(['x86_64-linux-gnu', '-Wl,-soname,libx264-d6533a8d.so.165']))
  expect(emptyArguments(pe)).toContain('x86_64-windows-gnu')
  const wanted = ['aarch64-macos.14.0.0', '-Wl,-install_name,/DLC/libx264.165.dylib', '-Wl,-compatibility_version,1.0.0', '-Wl,-current_version,1.2.3']
  expect(emptyArguments(macho)).toEqual(expect.arrayContaining(wanted))
})

it('one that is as it should be is taken, also when Windows knows it by another name inside', () => {
  expect(objectionsTo({ ...elf, needed: [], exports: symbols }, elf, symbols)).toEqual([])
  expect(objectionsTo({ ...pe, name: 'libx264-165-f3a9.dll', exports: symbols }, pe, symbols)).toEqual([])
  expect(objectionsTo({ ...macho, exports: symbols }, macho, symbols)).toEqual([])
})

it.each<[string, Partial<NativeLibrary>]>([
  ['It has no function x264_encoder_open_165.', { exports: { x264_levels: 'data' } }],
  ['It has no data x264_levels.', { exports: { ...symbols, x264_levels: 'function' } }],
  ['Its machine is x86_64, not aarch64.', { machine: 'x86_64' }],
  ['Its name is libx264.dylib, not /DLC/libx264.165.dylib.', { name: 'libx264.dylib' }],
  ['Its system is 27.0.0, not 14.0.0.', { system: '27.0.0' }],
  ['Its compatibility is 0.0.0, not 1.0.0.', { compatibility: '0.0.0' }],
  ['It has no signature.', { signed: false }],
])('one that is not is refused: %s', (sentence, fault) => {
  expect(objectionsTo({ ...macho, exports: symbols, ...fault }, macho, symbols)).toEqual([sentence])
})

it('an FFmpeg with code under the GPL of its own ends the build before anything is written', async () => {
  mkdirSync(path.join(site, 'av.libs'))
  writeFileSync(path.join(site, 'av.libs', 'libavcodec-1a.so.62'), 'x\0--enable-version3 --enable-gpl --enable-libx264\0x')
  await expect(replaceGplEncoders(site)).rejects.toThrow('libavcodec-1a.so.62 was built with --enable-gpl')
})

it('a PyAV that is laid out in another way ends the build', async () => {
  await expect(replaceGplEncoders(site)).rejects.toThrow('PyAV is laid out in another way')
})
