import { mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BootstrapError, CommandError } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { readStamp } from '../bootstrap/lib/stamps.mjs'
import { carryOut } from '../bootstrap/lib/step.mjs'
import { build } from '../bootstrap/steps/build.mjs'
import { configurationOf, runBuilder, statedFuses } from './builder.mjs'
import { problemsIn } from './contents.mjs'
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
  await announceTools(options.targets, join(PACKAGE_CACHE, 'tools'))
  const fuses = await fusesOf(statedFuses(), parts.electron)
  if (fuses.absent.length > 0) console.log(`  Electron ${electron.version} has no ${fuses.absent.join(', ')}.`)
  const config = configurationOf({ parts, out: options.out, electronVersion: electron.version, electronDist: parts.electron, electronFuses: fuses.present, release: options.release })
  const { unpacked, artifacts } = await runBuilder(config, join(parts.root, 'electron-builder.json'), options.platform, options.targets)
  const problems = problemsIn(unpacked)
  if (problems.length > 0) throw new BootstrapError(`${relative(ROOT, unpacked)} is not what should be shipped:\n${problems.join('\n')}`, 'scripts/package/contents.mjs says what may not be there.')
  const bill = publishBill(parts, options.out, options.platform)
  console.log(`\n${tableOf(sizesOf(unpacked))}\n`)
  for (const file of [unpacked, ...artifacts, bill]) console.log(`  ${relative(ROOT, file) || file}`)
  return unpacked
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

try {
  const options = parsePackageOptions(process.argv.slice(2))
  if (options === 'help') console.log(USAGE)
  else {
    mkdirSync(MAIN_WORKSHOP.root, { recursive: true })
    await carryOut(systemTools(options.targets, { ownPython: options.platform === process.platform && options.python === 'machine' }))
    await (options.checkReproducible ? checkReproducible(options) : packageApp(MAIN_WORKSHOP, options))
  }
} catch (error) {
  if (error instanceof BootstrapError) console.error(`\n${error.message}\nWhat to do: ${error.nextStep}`)
  else if (error instanceof CommandError) console.error(`\n${error.message}\n${error.tail(20)}`)
  else throw error
  process.exitCode = 1
}
