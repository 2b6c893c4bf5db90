/**
 * The wheels of PyAV for other systems: their encoders under the GPL are replaced on this one, and what came out is looked at. That is the same code as in a release
 * for that system, where nobody sees it before the app is installed.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { CommandError } from '../../scripts/bootstrap/lib/errors.mjs'
import { isUnreachable } from '../../scripts/bootstrap/lib/network.mjs'
import { run } from '../../scripts/bootstrap/lib/run.mjs'
import { replaceGplEncoders } from '../../scripts/package/python/encoders.mjs'
import { provideLibraryTools, readLibraries, type NativeLibrary } from '../../scripts/package/python/library-tools.mjs'
import { python, root } from '../support/checkout'

const symbols = /^x26[45]_/
const runtimeLock = readFileSync(path.join(root, 'backend', 'locks', 'runtime.txt'), 'utf8')

const wheels = [
  { tag: 'win_amd64', folder: 'av.libs', format: 'PE', machine: 'x86_64' },
  { tag: 'macosx_14_0_arm64', folder: 'av/.dylibs', format: 'Mach-O', machine: 'aarch64' },
] as const

let work: string
test.beforeEach(() => (work = mkdtempSync(path.join(tmpdir(), 'contentcache-wheel-'))))
test.afterEach(() => rmSync(work, { recursive: true }))

for (const { tag, folder, format, machine } of wheels) {
  test(`the encoders in the wheel for ${tag} are replaced by libraries that its FFmpeg loads`, async () => {
    const unreached = await unpackWheel(tag)
    if (unreached !== null) console.log(`skipped: ${unreached}`)
    test.skip(unreached !== null, unreached ?? '')
    await provideLibraryTools()
    const libraries = path.join(work, folder)
    const before = await look(libraries)
    expect(before.filter(({ library }) => library.imports.length > 0).map(({ name }) => name)).toEqual([expect.stringMatching(/^(lib)?avcodec[-.]/)])

    const replaced = await replaceGplEncoders(work)
    expect(replaced).toEqual([expect.stringMatching(/^libx264[-.].*/), expect.stringMatching(/^libx265[-.].*/)])
    const after = await look(libraries)
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
    const ofEncoders = after.filter(({ name }) => replaced.includes(name))
    expect(ofEncoders.map(({ library }) => [library.format, library.machine])).toEqual([[format, machine], [format, machine]])
    // What FFmpeg imports is there, of the same kind; nothing of the encoders beside it.
    const imported = after.flatMap(({ library }) => library.imports).sort()
    expect(imported.length).toBeGreaterThan(10)
    expect(ofEncoders.flatMap(({ library }) => Object.keys(library.exports)).sort()).toEqual(imported)
    const kinds = Object.assign({}, ...before.map(({ library }) => library.exports)) as NativeLibrary['exports']
    for (const { library } of ofEncoders) for (const [symbol, kind] of Object.entries(library.exports)) expect([symbol, kind]).toEqual([symbol, kinds[symbol]])
    // A loader of Windows takes it with nothing else there; dyld takes none that needs nothing, and on this processor none that is not signed.
    expect(ofEncoders.map(({ library }) => library.needed)).toEqual(format === 'PE' ? [[], []] : [['/usr/lib/libSystem.B.dylib'], ['/usr/lib/libSystem.B.dylib']])
    if (format === 'Mach-O') expect(ofEncoders.map(({ library }) => library.signed)).toEqual([true, true])
    for (const { name, library, bytes } of after) {
      const original = before.find((each) => each.name === name)
      if (!replaced.includes(name)) expect(bytes.equals(original?.bytes ?? Buffer.alloc(0)), name).toBe(true)
      else {
        expect(bytes.length).toBeLessThan(64 * 1024)
        expect(bytes.includes(tmpdir())).toBe(false)
        if (format === 'Mach-O') for (const each of ['name', 'system', 'compatibility', 'current'] as const) expect(library[each]).toBe(original?.library[each])
      }
    }

    // What it needs of the original is still in what it wrote, so that it can be done again: with the same bytes, in another folder and at another time.
    await replaceGplEncoders(work)
    for (const { name, bytes } of ofEncoders) expect(readFileSync(path.join(libraries, name)).equals(bytes), name).toBe(true)
  })
}

/** The locked wheel of PyAV for a system, unpacked into the work folder; or why it cannot be had. */
async function unpackWheel(tag: string): Promise<string | null> {
  const stanza = /^av==.*(\n {4}--hash=.*)+/m.exec(runtimeLock)?.[0]
  if (stanza === undefined) throw new Error('backend/locks/runtime.txt names no av')
  const lock = path.join(work, 'av.txt')
  writeFileSync(lock, `${stanza}\n`)
  const settings = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--platform', tag, '--python-version', '3.11', '--retries', '2']
  try {
    await run(python, ['-m', 'pip', 'download', ...settings, '--dest', work, '--requirement', lock])
  } catch (error) {
    if (error instanceof CommandError && isUnreachable(error)) return `the package registry is not reachable, so there is no PyAV for ${tag}`
    throw error
  }
  await run(python, ['-m', 'zipfile', '--extract', readdirSync(work).find((name) => name.endsWith('.whl')) ?? '', '.'], { cwd: work })
  return null
}

async function look(folder: string): Promise<{ name: string; library: NativeLibrary; bytes: Buffer }[]> {
  const names = readdirSync(folder).filter((name) => statSync(path.join(folder, name)).isFile()).sort()
  const libraries = await readLibraries(names.map((name) => path.join(folder, name)), symbols)
  return libraries.map((library, index) => ({ name: names[index] ?? '', library, bytes: readFileSync(path.join(folder, names[index] ?? '')) }))
}
