import { join } from 'node:path'
import { tellFailure } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { runVisibly } from '../bootstrap/lib/run.mjs'
import { carryOut } from '../bootstrap/lib/step.mjs'
import { provideSystemPackages } from '../bootstrap/steps/system-packages.mjs'
import { findProgram } from '../package/tools/system-tools.mjs'

// `npm run test:packaged`: everything that the tests of the built app look at is made, as far as this system can make it, and then they are run.
const onLinux = process.platform === 'linux'
const packages = onLinux ? [['--target', 'tar.gz,AppImage,deb'], ['--platform', 'win32'], ['--platform', 'darwin']] : [[]]

/** A bare system for the deb, and the store of certificates that Chromium trusts. */
const programs = [
  { what: 'mmdebstrap', packages: ['mmdebstrap'] },
  { what: 'certutil', packages: ['libnss3-tools'] },
]

/** @type {import('../bootstrap/lib/step.mjs').Step} */
const programsOfTests = {
  id: 'programs-of-tests',
  title: 'Programs of the tests',
  async perform(report) {
    // Without root the tests that need one are skipped and say so.
    if (!onLinux || process.getuid?.() !== 0) return undefined
    const missing = programs.filter(({ what }) => findProgram([what]) === undefined)
    return missing.length === 0 ? undefined : provideSystemPackages(missing, report)
  },
}

/**
 * @param {string} script below scripts/
 * @param {string[]} options
 * @returns {Promise<boolean>} false: it failed, and said so
 */
async function run(script, ...options) {
  const code = await runVisibly(process.execPath, [join(ROOT, 'scripts', script), ...options])
  if (code !== 0) process.exitCode = code
  return code === 0
}

async function main() {
  if (!(await run('bootstrap/main.mjs'))) return
  for (const options of packages) if (!(await run('package/main.mjs', ...options))) return
  await carryOut(programsOfTests)
  await run('test/main.mjs', 'packaged')
}

main().catch(tellFailure)
