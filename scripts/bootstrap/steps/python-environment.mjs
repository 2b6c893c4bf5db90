import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError, CommandError } from '../lib/errors.mjs'
import { requirePython } from '../lib/find-python.mjs'
import { parseJson } from '../lib/json.mjs'
import { installFailure, isUnreachable } from '../lib/network.mjs'
import { CACHE, VENV, VENV_PYTHON } from '../lib/paths.mjs'
import { prune } from '../lib/prune.mjs'
import { LOCKS, lockedNames, lockPath } from '../lib/python-locks.mjs'
import { run } from '../lib/run.mjs'
import { sizeInWords } from '../lib/size.mjs'
import { digestOf } from '../lib/stamps.mjs'

// Present while packages are written; found at the start, it says that an earlier run was cut off among them.
const UNFINISHED = join(CACHE, 'venv.unfinished')
const PRUNING = 'scripts/bootstrap/lib/prune.mjs'
const KEPT = new Set(['pip'])

/** @typedef {import('../lib/report.mjs').StepReport} StepReport */

/** @type {import('../lib/step.mjs').Step} */
export const pythonEnvironment = {
  id: 'python-environment',
  title: 'Python environment',
  inputs: () => digestOf({ texts: [process.platform, process.arch], paths: [...LOCKS.map(lockPath), PRUNING] }),
  holds: () => existsSync(VENV_PYTHON) && !existsSync(UNFINISHED),
  async perform(report) {
    removeCutOff(report)
    mkdirSync(CACHE, { recursive: true })
    writeFileSync(UNFINISHED, '')
    if (!existsSync(VENV_PYTHON)) await createEnvironment()
    for (const lock of LOCKS) await install(lock, report)
    await removeStrays()
    rmSync(UNFINISHED)
    report.progress('pruning')
    prune(await sitePackages())
    return `${sizeInWords(VENV)} in .contentcache/venv`
  },
}

/** @param {StepReport} report */
function removeCutOff(report) {
  if (!existsSync(UNFINISHED)) return
  report.note('An earlier installation was cut off; starting over.')
  rmSync(VENV, { recursive: true, force: true })
}

async function createEnvironment() {
  const python = await requirePython()
  try {
    await run(python.executable, ['-m', 'venv', '--clear', VENV])
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new BootstrapError(
      `${python.executable} could not create a virtual environment.\n${error.tail(5)}`,
      'On Debian: apt-get install python3.11-venv',
    )
  }
}

/**
 * @param {import('../lib/python-locks.mjs').LockName} lock
 * @param {StepReport} report
 */
async function install(lock, report) {
  let seen = 0
  const total = lockedNames().size
  const site = await sitePackages()
  /** @type {NodeJS.Timeout | undefined} */
  let unpacking
  try {
    // Without build isolation, for that would fetch setuptools without a digest.
    await pip(['install', '--require-hashes', '--no-deps', '--no-build-isolation', '--retries', '2', '--requirement', lockPath(lock)], (line) => {
      const name = /^Collecting ([^\s=]+)/.exec(line)?.[1]
      if (name) report.progress(`fetching ${name} (${++seen} of at most ${total})`)
      if (!line.startsWith('Installing collected packages')) return
      // pip says nothing while it unpacks, which is most of the time.
      unpacking = setInterval(() => report.progress(`unpacked ${unpackedPackages(site)} packages`), 1000)
    })
  } catch (error) {
    throw torchHint(error) ?? installFailure(error, `The Python packages of ${lockPath(lock)}`)
  } finally {
    clearInterval(unpacking)
  }
}

/** @param {unknown} error */
function torchHint(error) {
  if (!(error instanceof CommandError) || isUnreachable(error)) return undefined
  if (!error.output.includes('No matching distribution found for torch==')) return undefined
  return new BootstrapError(
    "PyTorch's CPU wheel for Linux is not on the package indexes that pip is configured with; the wheel on PyPI is for CUDA.",
    "Set PIP_EXTRA_INDEX_URL to PyTorch's own CPU index (pytorch.org names it under Start Locally: Linux, Pip, CPU) and run the same command again.",
  )
}

/** What an older lock had, or a hand installed, must not be what makes a test pass. */
async function removeStrays() {
  const installed = /** @type {{ name: string }[]} */ (parseJson(await pip(['list', '--format', 'json'])))
  const locked = lockedNames()
  const names = installed.map(({ name }) => name.toLowerCase().replace(/[-_.]+/g, '-'))
  const strays = names.filter((name) => !locked.has(name) && !KEPT.has(name))
  if (strays.length > 0) await pip(['uninstall', '--yes', ...strays])
}

/**
 * @param {string[]} args
 * @param {(line: string) => void} [onLine]
 */
function pip(args, onLine) {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' }
  return run(VENV_PYTHON, ['-m', 'pip', ...args], { env, guarded: true, ...(onLine && { onLine }) })
}

/** @param {string} site */
function unpackedPackages(site) {
  return readdirSync(site).filter((name) => name.endsWith('.dist-info')).length
}

async function sitePackages() {
  return (await run(VENV_PYTHON, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])).trim()
}
