import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { graftedLibraries } from '../../../../scripts/package/notices/library-components.mjs'
import { objectionTo } from '../../../../scripts/package/notices/policy.mjs'

let site: string
beforeEach(() => (site = mkdtempSync(path.join(tmpdir(), 'contentcache-grafted-'))))
afterEach(() => rmSync(site, { recursive: true }))

/** As the locked wheels have them, without the digests in their names. */
const windows = [
  ...['avcodec-62', 'avdevice-62', 'avfilter-11', 'avformat-62', 'avutil-60', 'swresample-6', 'swscale-9', 'libx264-165', 'libx265', 'libSvtAv1Enc', 'libdav1d', 'libgcc_s_seh-1', 'libiconv-2'],
  ...['libmp3lame-0', 'libopencore-amrnb-0', 'libopencore-amrwb-0', 'libopus-0', 'libsharpyuv', 'libstdc++-6', 'libvpl', 'libvpx-1', 'libwebp', 'libwebpmux', 'libwinpthread-1', 'zlib1'],
].map((name) => `av.libs/${name}-1a2b3c.dll`)
const macos = [
  ...['libavcodec.62.28.102', 'libavdevice.62.3.102', 'libavfilter.11.14.102', 'libavformat.62.12.102', 'libavutil.60.26.102', 'libswresample.6.3.102', 'libswscale.9.5.102', 'libx264.165'].map((name) => `av/.dylibs/${name}`),
  ...['libx265.216', 'libSvtAv1Enc.4.1.0', 'libdav1d.7', 'libmp3lame.0', 'libopencore-amrnb.0', 'libopencore-amrwb.0', 'libopus.0', 'libsharpyuv.0.1.2', 'libvpx.12', 'libwebp.7.2.0'].map((name) => `av/.dylibs/${name}`),
  ...['libbrotlicommon.1.2.0', 'libbrotlidec.1.2.0', 'liblcms2.2', 'libpng16.16', 'libxcb.1.1.0', 'libjpeg.62.4.0', 'libfreetype.6', 'libharfbuzz.0', 'libsharpyuv.0'].map((name) => `PIL/.dylibs/${name}`),
  ...['libopenjp2.2.5.4', 'libavif.16.4.2', 'libz.1.3.1.zlib-ng', 'libwebp.7', 'libXau.6', 'libwebpmux.3', 'libwebpdemux.2', 'liblzma.5', 'libtiff.6'].map((name) => `PIL/.dylibs/${name}`),
  ...['h5py/.dylibs/libhdf5.310', 'h5py/.dylibs/libz.1.3.1', 'h5py/.dylibs/libhdf5_hl.310', 'sklearn/.dylibs/libomp', 'scipy/.dylibs/libgfortran.5', 'scipy/.dylibs/libquadmath.0', 'scipy/.dylibs/libgcc_s.1.1'],
].map((name) => `${name}.dylib`)

it.each([
  ["PyAV's wheel for Windows", windows],
  ['wheels for macOS', macos],
])('every library in %s is one that somebody looked at, and may be shipped', (_what, files) => {
  for (const file of files) {
    mkdirSync(path.join(site, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(site, file), '')
  }
  const components = graftedLibraries(site)
  expect(components.filter(({ licence }) => objectionTo(licence) !== undefined)).toEqual([])
  const empty = components.find(({ name }) => name === 'empty library in place of an encoder')
  for (const encoder of files.filter((file) => /x26[45]/.test(file))) expect(empty?.note).toContain(encoder)
  expect(components.find(({ name }) => name === 'FFmpeg')?.note?.match(/(av|sw)\w+[-.]\d/g)).toHaveLength(7)
})

it('a library that nobody looked at has no licence, and so ends the build', () => {
  mkdirSync(path.join(site, 'av.libs'))
  writeFileSync(path.join(site, 'av.libs', 'xvidcore-1a2b3c.dll'), '')
  expect(graftedLibraries(site).map(({ licence }) => objectionTo(licence))).toEqual([expect.stringContaining('no licence')])
})
