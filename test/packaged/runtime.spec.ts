/** The built app as files, and its Python run alone: nothing of it may depend on the machine that it was built on. */
import { execFile } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { elfFiles, GLIBC, linkage } from '../../scripts/package/lib/elf.mjs'
import { filesBelow } from '../../scripts/package/lib/files.mjs'
import { python as buildPython, root, sampleLibrary } from '../support/checkout'
import { enclose, environmentOf, giveAway } from './enclosure'
import { archive, noEnclosure, program, python, resources, unpacked } from './installation'

const run = promisify(execFile)

// How a fuse is written into the program: as the digits 0 and 1.
const [disabled, enabled] = [0x30, 0x31]

/** The C libraries that are one with the kernel and the system, and nothing else. */
test('every program and library of its Python finds what it needs in itself, but for glibc', async () => {
  const files = elfFiles(python)
  expect(files.length).toBeGreaterThan(500)
  const linked = await Promise.all(chunks(files, 8).map((some) => allLinked(some)))
  const all = linked.flat()
  const own = new Set([...all.flatMap(({ soname }) => (soname === undefined ? [] : [soname])), ...filesBelow(python).map((file) => path.basename(file))])
  const outside = all.flatMap(({ file, needed }) => needed.filter((name) => !own.has(name)).map((name) => ({ name, file })))
  expect(outside.filter(({ name }) => !GLIBC.test(name))).toEqual([])
})

test('the release has the fuses that are stated', async () => {
  const wire = await getCurrentFuseWire(program)
  const stated = JSON.parse(readFileSync(path.join(root, 'electron', 'security', 'fuses.json'), 'utf8')) as Record<string, boolean>
  const found = Object.fromEntries(
    Object.keys(stated).map((name) => {
      const key = name.replace(/^./, (first) => first.toUpperCase()) as keyof typeof FuseV1Options
      const state = Number(wire[FuseV1Options[key]])
      // Anything else: a fuse that this Electron does not have yet.
      return [name, state === enabled ? true : state === disabled ? false : stated[name]]
    }),
  )
  expect(found).toEqual(stated)
})

test('the archive holds the built shell and its manifest, no sources and no maps', () => {
  const files = listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\', '/'))
  expect(files.filter((file) => !/^\/(out|package\.json$)/.test(file))).toEqual([])
  expect(files.filter((file) => /\.(map|ts|vue)$|licenses\.json$/.test(file))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['/out/main/main.js', '/out/preload/preload.js', '/out/renderer/index.html']))
})

test('the bill of materials and the licences name what is shipped', () => {
  const text = readFileSync(path.join(resources, 'notices', 'THIRD-PARTY-LICENCES.txt'), 'utf8')
  const bill = JSON.parse(readFileSync(path.join(resources, 'notices', 'bill-of-materials.cdx.json'), 'utf8')) as { components: { name: string }[] }
  const names = new Set(bill.components.map(({ name }) => name))
  for (const name of ['Electron', 'vue', 'pinia', 'ws', 'execa', 'python-shell', 'torch', 'CPython', 'FFmpeg', 'Whisper base']) {
    expect(text).toContain(name)
    expect(names).toContain(name)
  }
  const site = path.dirname(filesBelow(python).find((file) => file.endsWith('/contentcache.pth')) ?? '')
  const shipped = filesBelow(path.join(python, site)).flatMap((file) => /^[^/]+\.dist-info\/METADATA$/.exec(file) ?? [])
  for (const metadata of shipped) expect(names).toContain(/^Name: (.+)$/m.exec(readFileSync(path.join(python, site, metadata), 'utf8'))?.[1])
})

test('nothing names the folder that it was built in, nor the one that its interpreter comes from', async () => {
  const { stdout } = await run(buildPython, ['-c', 'import sys; print(sys.base_prefix)'])
  const origin = stdout.trim()
  // Every program may name /usr.
  const marks = [root, ...(/^\/usr(\/local)?$/.test(origin) ? [] : [origin])].map((folder) => Buffer.from(`${folder}/`))
  const own = filesBelow(resources).filter((file) => /\.(pyc?|json|txt|pth|asar|yml)$|\/RECORD$/.test(file) && lstatSync(path.join(resources, file)).isFile())
  expect(own.filter((file) => marks.some((mark) => readFileSync(path.join(resources, file)).includes(mark)))).toEqual([])
})

test.describe('moved, alone, as an ordinary user', () => {
  const reason = noEnclosure()
  let base: string
  test.beforeEach(() => {
    if (reason !== null) console.log(`skipped: ${reason}`)
    test.skip(reason !== null, reason ?? '')
    base = mkdtempSync(path.join(tmpdir(), 'contentcache-python-'))
  })
  test.afterEach(() => rmSync(base, { recursive: true, force: true }))

  async function ask(code: string, ...args: string[]): Promise<unknown> {
    const enclosure = enclose(base, unpacked, 'resources/python/bin/python3')
    const { stdout } = await run(enclosure.command, ['-I', '-B', '-X', 'utf8', '-c', code, ...args], { env: environmentOf(enclosure), maxBuffer: 1 << 24 })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  }

  test('it imports every engine, and takes modules from the app only', async () => {
    const seen = (await ask(`
import json, sys
import torch, tensorflow, sentence_transformers, whisper, av, kreuzberg, tensorflow_hub
import backend.search.search_server, backend.processing.audioprocessor, backend.models.downloader
app = sys.executable.rsplit("/resources/python/", 1)[0]
files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
print(json.dumps({"outside": [file for file in files if file.startswith("/") and not file.startswith(app + "/")], "path": [entry for entry in sys.path if not entry.startswith(app + "/")], "isolated": sys.flags.isolated}))
`)) as object
    expect(seen).toEqual({ outside: [], path: [], isolated: 1 })
  })

  test('FFmpeg in it is under the LGPL, has no encoder of the GPL, and decodes every kind of recording', async () => {
    const recordings = ['Recordings/jfk.flac', 'Recordings/2024-08-19 monday.mp3', 'Recordings/memo 0012.m4a', 'Sounds/take 2.ogg', 'Sounds/field 03.opus', 'Sounds/yard.wma', 'Video/evening 4.mp4']
    const copies = await copied(base, recordings)
    const seen = (await ask(
      `
import ctypes, glob, io, json, os, sys
import av
from PIL import features
folder = os.path.join(os.path.dirname(os.path.dirname(av.__file__)), "av.libs")
codec = ctypes.CDLL(glob.glob(os.path.join(folder, "libavcodec-*"))[0])
codec.avcodec_license.restype = codec.avcodec_configuration.restype = ctypes.c_char_p
refused = []
for name in ("libx264", "libx265"):
    try:
        with av.open(io.BytesIO(), "w", format="matroska") as target:
            stream = target.add_stream(name, rate=25)
            stream.width = stream.height = 64
            stream.pix_fmt = "yuv420p"
            stream.encode(av.VideoFrame(64, 64, "yuv420p"))
    except Exception as error:
        refused.append(name)
samples = []
for file in sys.argv[1:]:
    with av.open(file) as source:
        samples.append(sum(frame.samples for frame in source.decode(audio=0)) > 16000)
print(json.dumps({"licence": codec.avcodec_license().decode(), "gpl": b"--enable-gpl" in codec.avcodec_configuration(), "refused": refused, "decoded": samples, "imagequant": features.check("libimagequant")}))
`,
      ...copies,
    )) as object
    expect(seen).toEqual({ licence: 'LGPL version 3 or later', gpl: false, refused: ['libx264', 'libx265'], decoded: recordings.map(() => true), imagequant: false })
  })
})

async function copied(base: string, files: string[]): Promise<string[]> {
  const folder = path.join(base, 'samples')
  await run('mkdir', ['-p', folder])
  await run('cp', [...files.map((file) => path.join(sampleLibrary, file)), folder])
  giveAway(folder)
  return files.map((file) => path.join(folder, path.basename(file)))
}

async function allLinked(files: string[]): Promise<{ file: string; soname: string | undefined; needed: string[] }[]> {
  const found = []
  for (const file of files) found.push({ file: path.relative(unpacked, file), ...(await linkage(file)) })
  return found
}

function chunks<T>(list: T[], count: number): T[][] {
  return Array.from({ length: count }, (_, index) => list.filter((_each, position) => position % count === index))
}
