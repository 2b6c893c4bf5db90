import { spawnSync } from 'node:child_process'
import { ROOT, VENV_PYTHON } from '../bootstrap/lib/paths.mjs'
import { runVisibly } from '../bootstrap/lib/run.mjs'
import { inWords, mustFail, readNpmAudit } from './npm-report.mjs'

/**
 * `npm run audit`: known vulnerabilities of the locked npm and Python packages. Needs the network, so it is no part of `npm test`.
 * Exit code 1 when one of high severity is known; a registry that does not say is named, and fails nothing.
 */
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const { stdout, error } = spawnSync(npm, ['audit', '--json', '--loglevel=silent'], { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 64 << 20 })
if (error) throw error
const report = readNpmAudit(stdout)
console.log(inWords(report))

const python = await runVisibly(VENV_PYTHON, ['-m', 'scripts.audit.python_locks'])
process.exitCode = mustFail(report) || python !== 0 ? 1 : 0
