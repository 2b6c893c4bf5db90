import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError, CommandError } from '../../bootstrap/lib/errors.mjs'
import { venvProgram } from '../../bootstrap/lib/paths.mjs'
import { run } from '../../bootstrap/lib/run.mjs'
import { PACKAGE_CACHE } from '../layout.mjs'
import { LEFT_OUT } from './interpreter.mjs'

const VERSION = '3.11'
const LEFT_OUT_AT_TOP = new Set(['include', 'share', 'libs', 'Scripts', 'tcl'])

/**
 * python-build-standalone, of the release that the locked uv pins with its digest: moves to any folder and needs nothing of
 * the system. On Windows and macOS there is no other way; on Linux it is for releases that have to run on older systems.
 * @param {string} target an empty folder
 */
export async function unpackStandalone(target) {
  const work = mkdtempSync(join(PACKAGE_CACHE, 'standalone-'))
  try {
    await run(venvProgram('uv'), ['python', 'install', VERSION, '--install-dir', work, '--no-bin', '--no-registry'], { guarded: true })
    const name = readdirSync(work).find((entry) => entry.startsWith(`cpython-${VERSION}`))
    if (name === undefined) throw new Error(`uv put no CPython ${VERSION} into ${work}`)
    const source = join(work, name)
    cpSync(source, target, { recursive: true, dereference: true, filter: (path) => isShipped(path, source) })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new BootstrapError(
      `python-build-standalone could not be fetched: its releases are on GitHub, and uv says:\n${error.tail(4)}`,
      process.platform === 'linux'
        ? 'Connect to it, let UV_PYTHON_INSTALL_MIRROR name a mirror, or take the CPython of this machine: --python machine'
        : 'Connect to it, or let UV_PYTHON_INSTALL_MIRROR name a mirror.',
    )
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  if (!existsSync(target)) throw new Error(`${target} was not written`)
}

/**
 * @param {string} path
 * @param {string} source
 */
function isShipped(path, source) {
  const [top = '', ...rest] = path.slice(source.length + 1).split(/[\\/]/)
  const name = rest.at(-1) ?? top
  // On Linux and macOS the one program is python3; pip, 2to3, idle and python3-config are not for the app.
  if (top === 'bin' && rest.length === 1) return name === 'python3'
  return !LEFT_OUT_AT_TOP.has(top) && !LEFT_OUT.has(name)
}
