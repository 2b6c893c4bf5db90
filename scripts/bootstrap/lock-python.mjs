import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BootstrapError, CommandError, tellFailure } from './lib/errors.mjs'
import { ROOT, VENV_PYTHON, venvProgram } from './lib/paths.mjs'
import { run } from './lib/run.mjs'

/**
 * Compiles backend/locks from backend/pyproject.toml: one lock for all platforms, with digests.
 *
 * uv does not read pip's configuration, so PyTorch's CPU wheel is fetched with pip first and given to uv as a folder.
 */
const BACKEND = join(ROOT, 'backend')
const TORCH = /"(torch==[^;"]+\+cpu)/

/** @param {string} folder */
async function fetchTorch(folder) {
  const torch = TORCH.exec(readFileSync(join(BACKEND, 'pyproject.toml'), 'utf8'))?.[1]
  if (!torch) throw new BootstrapError('backend/pyproject.toml names no CPU wheel of torch.', 'Name it as torch==X+cpu.')
  try {
    await run(VENV_PYTHON, ['-m', 'pip', 'download', '--no-deps', '--dest', folder, torch.trim()])
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new BootstrapError(
      `${torch} is not on the package indexes that pip is configured with.\n${error.tail(3)}`,
      "Set PIP_EXTRA_INDEX_URL to PyTorch's own CPU index and run the same command again.",
    )
  }
}

/**
 * @param {string[]} inputs
 * @param {string} lock
 * @param {string} wheels
 */
async function compile(inputs, lock, wheels) {
  const settings = ['--universal', '--generate-hashes', '--no-emit-find-links', '--no-header', '--no-annotate', '--quiet', '--upgrade']
  const target = join('locks', `${lock}.txt`)
  await run(venvProgram('uv'), ['pip', 'compile', ...settings, '--python-version', '3.11', '--find-links', wheels, '--output-file', target, ...inputs], { cwd: BACKEND })
  console.log(`backend/${target}`)
}

const wheels = mkdtempSync(join(tmpdir(), 'contentcache-lock-'))
try {
  await fetchTorch(wheels)
  const runtime = ['--constraint', join('locks', 'runtime.txt')]
  await compile(['pyproject.toml'], 'runtime', wheels)
  await compile(['--group', 'dev', ...runtime], 'dev', wheels)
  await compile([join('locks', 'build.in'), ...runtime], 'build', wheels)
  await compile([join('locks', 'package.in'), ...runtime], 'package', wheels)
} catch (error) {
  tellFailure(error)
} finally {
  rmSync(wheels, { recursive: true, force: true })
}
