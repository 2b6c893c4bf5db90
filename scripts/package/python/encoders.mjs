import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../bootstrap/lib/run.mjs'

/**
 * PyAV's wheels bring x264 and x265, encoders under the GPL. The FFmpeg in them is built without GPL code of its own
 * (libavcodec reports "LGPL version 3 or later") and only links to these two; the app encodes nothing. So each is replaced by
 * a library of the same name whose functions all return 0, which FFmpeg reports as an encoder that does not open.
 */
const GPL_ENCODERS = /^libx26[45]-\w+\.so\.\d+$/
const SYMBOL = /^x26[45]_\w+$/

/**
 * @param {string} site
 * @returns {Promise<string[]>} what was replaced
 */
export async function replaceGplEncoders(site) {
  const folder = join(site, 'av.libs')
  if (!existsSync(folder)) throw new Error(`${folder} is not there: PyAV is laid out in another way than this knows`)
  const libraries = readdirSync(folder)
  const encoders = libraries.filter((name) => GPL_ENCODERS.test(name))
  const codec = libraries.find((name) => name.startsWith('libavcodec-'))
  if (codec === undefined) throw new Error(`${folder} holds no libavcodec`)
  const wanted = [...(await run('nm', ['--dynamic', '--undefined-only', '--format=just-symbols', join(folder, codec)])).split('\n')]
    .map((line) => line.trim().split('@')[0] ?? '')
    .filter((name) => SYMBOL.test(name))
  for (const name of encoders) {
    const prefix = name.slice('lib'.length, 'libx264'.length)
    await writeEmptyLibrary(join(folder, name), name, wanted.filter((symbol) => symbol.startsWith(prefix)).sort())
  }
  return encoders
}

/**
 * @param {string} file
 * @param {string} soname
 * @param {string[]} symbols
 */
async function writeEmptyLibrary(file, soname, symbols) {
  const kinds = await kindsOf(file)
  const lines = symbols.map((symbol) => (kinds.get(symbol) === 'data' ? `void *const ${symbol}[64] = {0};` : `void *${symbol}(void) { return 0; }`))
  const work = mkdtempSync(join(tmpdir(), 'contentcache-encoder-'))
  try {
    // In a folder of its own and by a plain name: the compiler writes the name of its source into what it makes.
    writeFileSync(join(work, 'empty.c'), `${lines.join('\n')}\n`)
    await run('cc', ['-shared', '-fPIC', '-Os', '-s', '-Wl,--build-id=none', `-Wl,-soname,${soname}`, '-o', file, 'empty.c'], { cwd: work })
  } finally {
    rmSync(work, { recursive: true })
  }
}

/**
 * @param {string} library
 * @returns {Promise<Map<string, 'data' | 'function'>>}
 */
async function kindsOf(library) {
  const listing = await run('nm', ['--dynamic', '--defined-only', library])
  return new Map(
    [...listing.matchAll(/^\w+ (\w) (\S+)$/gm)].map(([, type = '', name = '']) => [name.split('@')[0] ?? '', 'TWi'.includes(type) ? 'function' : 'data']),
  )
}
