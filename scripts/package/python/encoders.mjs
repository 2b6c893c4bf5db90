import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { objectionsTo, writeEmptyLibrary } from './empty-library.mjs'
import { provideLibraryTools, readLibraries } from './library-tools.mjs'

/** @typedef {import('./library-tools.mjs').NativeLibrary} NativeLibrary */

/**
 * PyAV's wheels bring x264 and x265, encoders under the GPL. The FFmpeg in them is built without GPL code of its own
 * (libavcodec reports "LGPL version 3 or later") and only links to these two; the app encodes nothing. So each is replaced by
 * a library of the same name whose functions all return 0, which FFmpeg reports as an encoder that does not open.
 */
const GPL_ENCODERS = /^libx26[45][-.].*(\.so\.\d+|\.dll|\.dylib)$/
const SYMBOL = /^x26[45]_\w+$/

// Of auditwheel and delvewheel, and of delocate.
const FOLDERS = ['av.libs', join('av', '.dylibs')]

// How FFmpeg writes down, in each of its libraries, that it was built with code under the GPL, or with what nobody may pass on.
const NOT_OURS_TO_SHIP = ['--enable-gpl', '--enable-nonfree']

/**
 * @param {string} site of any system
 * @returns {Promise<string[]>} what was replaced
 */
export async function replaceGplEncoders(site) {
  const folder = FOLDERS.map((each) => join(site, each)).find((each) => existsSync(each))
  if (folder === undefined) throw new Error(`${site} holds neither ${FOLDERS.join(' nor ')}: PyAV is laid out in another way than this knows`)
  const names = readdirSync(folder).sort()
  refuseGplBuild(folder, names)
  await provideLibraryTools()
  const libraries = await readLibraries(names.map((name) => join(folder, name)), SYMBOL)
  const known = names.map((name, index) => ({ name, library: /** @type {NativeLibrary} */ (libraries[index]) }))
  const encoders = known.filter(({ name }) => GPL_ENCODERS.test(name))
  const imported = known.filter((each) => !encoders.includes(each)).flatMap(({ library }) => library.imports)
  const plans = planOf(encoders, imported)
  for (const { name, library, symbols } of plans) await writeEmptyLibrary(join(folder, name), library, symbols)
  const written = await readLibraries(plans.map(({ name }) => join(folder, name)), SYMBOL)
  for (const [index, { name, library, symbols }] of plans.entries()) {
    const objections = objectionsTo(/** @type {NativeLibrary} */ (written[index]), library, symbols)
    if (objections.length > 0) throw new Error(`The empty ${name} would not be loaded:\n${objections.join('\n')}`)
  }
  return plans.map(({ name }) => name)
}

/**
 * Which symbols each encoder is asked for, and what they are.
 * @template {{ name: string, library: NativeLibrary }} Encoder
 * @param {Encoder[]} encoders
 * @param {string[]} imported by all other libraries
 * @returns {(Encoder & { symbols: Record<string, 'data' | 'function'> })[]}
 */
export function planOf(encoders, imported) {
  const plans = encoders.map((encoder) => ({
    ...encoder,
    symbols: Object.fromEntries(Object.entries(encoder.library.exports).filter(([symbol]) => imported.includes(symbol))),
  }))
  const orphans = imported.filter((symbol) => !plans.some(({ symbols }) => symbol in symbols))
  if (orphans.length > 0) throw new Error(`No encoder of PyAV's exports ${orphans.join(', ')}, which its FFmpeg imports`)
  return plans
}

/**
 * @param {string} folder
 * @param {string[]} names
 */
function refuseGplBuild(folder, names) {
  for (const name of names) {
    const bytes = readFileSync(join(folder, name))
    const setting = NOT_OURS_TO_SHIP.find((each) => bytes.includes(each))
    if (setting !== undefined) throw new Error(`${name} was built with ${setting}: it may not be shipped, and to replace the encoders is not enough`)
  }
}
