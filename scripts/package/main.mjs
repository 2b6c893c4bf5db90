import { mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BootstrapError, tellFailure } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { readStamp } from '../bootstrap/lib/stamps.mjs'
import { carryOut } from '../bootstrap/lib/step.mjs'
import { build } from '../bootstrap/steps/build.mjs'
import { configurationOf, forAnotherSystem, runBuilder, statedFuses } from './builder.mjs'
import { writeChecksums } from './checksums.mjs'
import { problemsIn } from './contents.mjs'
import { fusesOf } from './fuses.mjs'
import { MAIN_WORKSHOP, PACKAGE_CACHE, workshop } from './layout.mjs'
import { publishBill } from './notices/bill-of-materials.mjs'
import { foreignSystem, parsePackageOptions, USAGE } from './options.mjs'
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
 * @param {import('./options.mjs').Foreign} [foreign] another system
 * @returns {Promise<string>} the unpacked app
 */
async function packageApp(parts, options, foreign) {
  if (readStamp(build.id) !== build.inputs?.()) throw new BootstrapError('The shell in out/ was not built from these sources.', 'npm run package, which builds it first')
  const { platform, targets, out, release, releaseAddress } = options
  const electron = await makeParts(parts, options, foreign)
  await announceTools(targets, join(PACKAGE_CACHE, 'tools'), release)
  const fuses = await fusesOf(statedFuses(), electron.program)
  if (fuses.absent.length > 0) console.log(`  Electron ${electron.version} has no ${fuses.absent.join(', ')}.`)
  const config = configurationOf({ parts, out, electronVersion: electron.version, electronFuses: fuses.present, release, releaseAddress })
  const { unpacked, artifacts } = await runBuilder(foreign === undefined ? config : forAnotherSystem(config), join(parts.root, 'electron-builder.json'), platform, targets, electron.arch)
  const problems = problemsIn(unpacked)
  if (problems.length > 0) throw new BootstrapError(`${relative(ROOT, unpacked)} is not what should be shipped:\n${problems.join('\n')}`, 'scripts/package/contents.mjs says what may not be there.')
  console.log(`\n${tableOf(sizesOf(unpacked))}\n`)
  const published = [...artifacts, publishBill(parts, out, platform, electron.arch)]
  for (const file of [unpacked, ...published, writeChecksums(out, platform, published)]) console.log(`  ${relative(ROOT, file) || file}`)
  return unpacked
}

/** @param {PackageOptions} options */
async function checkReproducible(options) {
  const again = join(PACKAGE_CACHE, 'again')
  rmSync(again, { recursive: true, force: true })
  const first = await packageApp(MAIN_WORKSHOP, { ...options, targets: ['dir'] })
  const second = await packageApp(workshop(join(again, 'parts')), { ...options, targets: ['dir'], out: join(again, 'out') })
  const expected = treeDigest(first)
  const found = differences(expected, treeDigest(second))
  if (found.length > 0) throw new BootstrapError(`Packaged twice, ${found.length} files differ:\n${found.slice(0, 20).join('\n')}`, `Compare ${first} with ${second}.`)
  console.log(`\nPackaged twice: the same ${expected.size} files with the same bytes.`)
  rmSync(again, { recursive: true, force: true })
}

try {
  const options = parsePackageOptions(process.argv.slice(2))
  if (options === 'help') console.log(USAGE)
  else {
    const foreign = foreignSystem(options)
    // The files of electron-builder too are for other users than the one who packages.
    process.umask(0o022)
    mkdirSync(PACKAGE_CACHE, { recursive: true })
    await carryOut(systemTools(options.targets, { ownPython: foreign === undefined && options.python === 'machine', foreign }))
    if (foreign !== undefined) {
      await packageApp(workshop(join(PACKAGE_CACHE, `parts-${foreign}`)), options, foreign)
      console.log(`  This app for ${foreign} has no Python and is not signed: it was put together on ${process.platform} and was not run.`)
    } else if (options.checkReproducible) await checkReproducible(options)
    else await packageApp(MAIN_WORKSHOP, options)
  }
} catch (error) {
  tellFailure(error)
}
