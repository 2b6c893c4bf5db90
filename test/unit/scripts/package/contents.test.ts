import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { problemsIn } from '../../../../scripts/package/contents.mjs'
import { readableByAll } from '../../../../scripts/package/lib/files.mjs'
import { sizesOf } from '../../../../scripts/package/size-table.mjs'
import { differences, treeDigest } from '../../../../scripts/package/tree-digest.mjs'

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'contentcache-contents-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const site = 'resources/python/lib/python3.11/site-packages'
function put(file: string, content: string | Buffer = ''): string {
  const target = path.join(folder, file)
  mkdirSync(path.dirname(target), { recursive: true })
  writeFileSync(target, content)
  return target
}

it('a lean app has no problem, also with what only looks like one', () => {
  put('contentcache', Buffer.alloc(300_000, 1))
  put(`${site}/tensorflow/_api/v2/test/__init__.py`)
  put(`${site}/torch-2.dist-info/licenses/third_party/json/test/LICENSE.txt`)
  put(`${site}/numpy/testing/__init__.py`)
  put(`${site}/torch/cuda/__init__.py`)
  const library = put(`${site}/numpy.libs/libgfortran.so`, Buffer.alloc(300_000, 2))
  mkdirSync(path.join(folder, site, 'scipy.libs'))
  symlinkSync(path.relative(path.join(folder, site, 'scipy.libs'), library), path.join(folder, site, 'scipy.libs', 'libgfortran.so'))
  expect(problemsIn(folder)).toEqual([])
})

it.each([
  ['tests', `${site}/scipy/linalg/tests/test_basic.py`],
  ['headers', `${site}/torch/include/ATen/ATen.h`],
  ['sources for compilers', `${site}/numba/cuda/wrappers.cu`],
  ['static libraries', `${site}/numpy/lib/libnpymath.a`],
  ['CUDA', `${site}/nvidia/cublas/lib/libcublas.so.12`],
  ['CUDA', `${site}/torch/lib/libcudart-1a2b.so.12`],
  ['CUDA', `${site}/triton/__init__.py`],
  ['pip', `${site}/pip/__main__.py`],
  ['pip', `${site}/pip-23.2.1.dist-info/METADATA`],
  ['pip', 'resources/python/bin/pip3.11'],
  ['packages for developers', `${site}/mypy/main.py`],
  ['packages for developers', 'resources/python/lib/python3.11/dist-packages/ruff/__main__.py'],
])('finds %s in %s', (what, file) => {
  put(file)
  expect(problemsIn(folder)).toEqual([expect.stringContaining(`It ships ${what}: `)])
})

it.each([
  ['Linux', `${site}/av.libs`, 'libx264-d6533a8d.so.165', 'libx265-f5385bb8.so.216'],
  ['Windows', 'resources/python/Lib/site-packages/av.libs', 'libx264-165-f3a909470ddc2d85.dll', 'libx265-efe48a158520a59e.dll'],
  ['macOS', 'ContentCache.app/Contents/Resources/python/lib/python3.11/site-packages/av/.dylibs', 'libx264.165.dylib', 'libx265.216.dylib'],
])('finds an encoder under the GPL in an app for %s, and takes the empty one that stands in for it', (_system, libraries, empty, encoder) => {
  put(`${libraries}/${empty}`, Buffer.alloc(80_000))
  expect(problemsIn(folder)).toEqual([])
  put(`${libraries}/${encoder}`, Buffer.alloc(1_300_000))
  expect(problemsIn(folder)).toEqual([expect.stringContaining(encoder)])
})

it('finds what is shipped twice, by its bytes', () => {
  put(`${site}/one/model.bin`, Buffer.alloc(300_000, 7))
  put('resources/.contentcache/models/copy.bin', Buffer.alloc(300_000, 7))
  put('resources/other.bin', Buffer.alloc(300_000, 8))
  expect(problemsIn(folder)).toEqual([expect.stringMatching(/^It ships model\.bin twice: .*copy\.bin and .*model\.bin\.$/)])
})

it('two trees are compared by names, bytes, links and the right to run, not by time', () => {
  put('a/same', '1')
  put('a/changed', '1')
  put('a/first-only', '1')
  symlinkSync('same', path.join(folder, 'a', 'link'))
  put('b/same', '1')
  put('b/changed', '2')
  put('b/second-only', '1')
  symlinkSync('changed', path.join(folder, 'b', 'link'))
  expect(differences(treeDigest(path.join(folder, 'a')), treeDigest(path.join(folder, 'b')))).toEqual([
    'not the same bytes: changed',
    'only the first time: first-only',
    'not the same bytes: link',
    'only the second time: second-only',
  ])
})

it('the table of sizes counts every file once, and names large packages', () => {
  put('contentcache', Buffer.alloc(1_000_000))
  put('resources/app.asar', Buffer.alloc(2_000_000))
  put('resources/python/bin/python3', Buffer.alloc(3_000_000))
  put(`${site}/contentcache.pth`)
  put(`${site}/small/__init__.py`, Buffer.alloc(1_000_000))
  put(`${site}/large/one.so`, Buffer.alloc(20_000_000))
  put(`${site}/large/two.so`, Buffer.alloc(4_000_000))
  expect(sizesOf(folder).map(({ part, megabytes, files }) => [part, Math.round(megabytes), files])).toEqual([
    ['total', 31, 7],
    ['Electron', 1, 1],
    ['Python: interpreter and standard library', 3, 1],
    ['Python: packages', 25, 4],
    ['large', 24, 2],
    ['models', 0, 0],
    ['app code: shell (app.asar)', 2, 1],
    ['app code: backend', 0, 0],
    ['notices', 0, 0],
  ])
})

it.skipIf(process.platform === 'win32')('what was made under a private umask is for everybody, and nothing else may be run', () => {
  const modes = { program: 0o700, 'sub/data.json': 0o600, 'sub/public.txt': 0o644 }
  for (const [file, mode] of Object.entries(modes)) chmodSync(put(file), mode)
  chmodSync(path.join(folder, 'sub'), 0o700)
  symlinkSync('nowhere', path.join(folder, 'sub', 'link'))
  readableByAll(folder)
  const found = [...Object.keys(modes), 'sub', ''].map((file) => lstatSync(path.join(folder, file)).mode & 0o777)
  expect(found).toEqual([0o755, 0o644, 0o644, 0o755, 0o755])
})
