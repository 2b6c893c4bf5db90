import { mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BootstrapError, CommandError } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { readStamp } from '../bootstrap/lib/stamps.mjs'
import { carryOut } from '../bootstrap/lib/step.mjs'
import { build } from '../bootstrap/steps/build.mjs'
import { EXECUTABLE } from '../electron-runtime/runtime.mjs'
import { configurationOf, runBuilder, statedFuses, withoutPython } from './builder.mjs'
import { problemsIn } from './contents.mjs'
import { makeForeignParts } from './foreign/package.mjs'
import { fusesOf } from './fuses.mjs'
import { MAIN_WORKSHOP, PACKAGE_CACHE, workshop } from './layout.mjs'
import { publishBill } from './notices/bill-of-materials.mjs'
import { parsePackageOptions, USAGE } from './options.mjs'
import { makeParts } from './parts.mjs'
import { sizesOf, tableOf } from './size-table.mjs'
import { announceTools } from './tools/environment.mjs'
import { systemTools } from './tools/system-tools.mjs'
import { differences, treeDigest } from './tree-digest.mjs'

/** @typedef {import('./options.mjs').PackageOptions} PackageOptions */

/**
 * Make the parts, let electron-builder put them together, and look at what came out.
 * @param {import('./layout.mjs').Workshop} parts
 * @param {PackageOptions} options
 * @returns {Promise<string>} the unpacked app
 */
async function packageApp(parts, options) {
  if (readStamp(build.id) !== build.inputs?.()) throw new BootstrapError('The shell in out/ was not built from these sources.', 'npm run package, which builds it first')
  const electron = await makeParts(parts, options)
  await announceTools(options.targets, join(PACKAGE_CACHE, 'tools'), options.release)
  const config = await configurationFor(parts, { ...electron, program: join(parts.electron, EXECUTABLE) }, options)
  const { unpacked, artifacts } = await runBuilder(config, join(parts.root, 'electron-builder.json'), options.platform, options.targets)
  return inspected(unpacked, [...artifacts, publishBill(parts, options.out, options.platform)])
}

/**
 * @param {import('./layout.mjs').Workshop} parts
 * @param {{ version: string, program: string }} electron
 * @param {PackageOptions} options
 */
async function configurationFor(parts, { version, program }, { out, release }) {
  const fuses = await fusesOf(statedFuses(), program)
  if (fuses.absent.length > 0) console.log(`  Electron ${version} has no ${fuses.absent.join(', ')}.`)
  return configurationOf({ parts, out, electronVersion: version, electronDist: parts.electron, electronFuses: fuses.present, release })
}

/**
 * @param {string} unpacked
 * @param {string[]} results
 */
function inspected(unpacked, results) {
  const problems = problemsIn(unpacked)
  if (problems.length > 0) throw new BootstrapError(`${relative(ROOT, unpacked)} is not what should be shipped:\n${problems.join('\n')}`, 'scripts/package/contents.mjs says what may not be there.')
  console.log(`\n${tableOf(sizesOf(unpacked))}\n`)
  for (const file of [unpacked, ...results]) console.log(`  ${relative(ROOT, file) || file}`)
  return unpacked
}

/**
 * An unpacked app for another system, to look at.
 * @param {import('./foreign/electron.mjs').Foreign} system
 * @param {PackageOptions} options
 */
async function packageForeign(system, options) {
  const { parts, electron } = await makeForeignParts(system, options.models)
  const config = withoutPython(await configurationFor(parts, electron, options))
  const { unpacked } = await runBuilder(config, join(parts.root, 'electron-builder.json'), system, ['dir'], electron.arch)
  inspected(unpacked, [publishBill(parts, options.out, system, electron.arch)])
  console.log(`  This app for ${system} has no Python and is not signed: it was put together on ${process.platform} and was not run.`)
}

/** @param {PackageOptions} options */
async function checkReproducible(options) {
  const second = { ...options, targets: ['dir'], out: join(PACKAGE_CACHE, 'again', 'out') }
  const parts = workshop(join(PACKAGE_CACHE, 'again', 'parts'))
  rmSync(join(PACKAGE_CACHE, 'again'), { recursive: true, force: true })
  mkdirSync(parts.root, { recursive: true })
  const first = await packageApp(MAIN_WORKSHOP, { ...options, targets: ['dir'] })
  const again = await packageApp(parts, second)
  const found = differences(treeDigest(first), treeDigest(again))
  if (found.length > 0) throw new BootstrapError(`Packaged twice, ${found.length} files differ:\n${found.slice(0, 20).join('\n')}`, `Compare ${first} with ${again}.`)
  console.log(`\nPackaged twice: the same ${treeDigest(first).size} files with the same bytes.`)
  rmSync(join(PACKAGE_CACHE, 'again'), { recursive: true, force: true })
}

/**
 * @param {import('./options.mjs').System} platform
 * @returns {import('./foreign/electron.mjs').Foreign}
 */
function foreign(platform) {
  if (platform !== 'linux' && process.platform === 'linux') return platform
  throw new BootstrapError(`An app for ${platform} cannot be put together on ${process.platform}.`, `Run it on ${platform}.`)
}

try {
  const options = parsePackageOptions(process.argv.slice(2))
  if (options === 'help') console.log(USAGE)
  else {
    mkdirSync(MAIN_WORKSHOP.root, { recursive: true })
    await carryOut(systemTools(options.targets, { ownPython: options.platform === process.platform && options.python === 'machine' }))
    if (options.platform !== process.platform) await packageForeign(foreign(options.platform), options)
    else if (options.checkReproducible) await checkReproducible(options)
    else await packageApp(MAIN_WORKSHOP, options)
  }
} catch (error) {
  if (error instanceof BootstrapError) console.error(`\n${error.message}\nWhat to do: ${error.nextStep}`)
  else if (error instanceof CommandError) console.error(`\n${error.message}\n${error.tail(20)}`)
  else throw error
  process.exitCode = 1
}
