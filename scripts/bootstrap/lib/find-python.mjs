import { BootstrapError, CommandError } from './errors.mjs'
import { run } from './run.mjs'

const NEEDED = '3.11'
const CANDIDATES = process.platform === 'win32' ? [['py', `-${NEEDED}`], ['python']] : [[`python${NEEDED}`], ['python3']]
const PROBE = `
import importlib.util, sys
print(sys.executable, "%d.%d" % sys.version_info[:2], bool(importlib.util.find_spec("ensurepip")), sep="\\n")
`

/**
 * @typedef {{ executable: string, hasEnsurepip: boolean }} Python
 */

/**
 * The Python 3.11 of this machine, or undefined.
 * @returns {Promise<Python | undefined>}
 */
export async function findPython() {
  for (const [command = '', ...args] of CANDIDATES) {
    const [executable, version, ensurepip] = await probe(command, args)
    if (executable && version === NEEDED) return { executable, hasEnsurepip: ensurepip === 'True' }
  }
  return undefined
}

/**
 * @param {string} command
 * @param {string[]} args
 */
async function probe(command, args) {
  try {
    return (await run(command, [...args, '-c', PROBE])).split('\n')
  } catch (error) {
    // Not installed, or a version manager's stand-in for one that is not: the next candidate may do.
    if (error instanceof CommandError) return []
    throw error
  }
}

/** @returns {Promise<Python>} */
export async function requirePython() {
  const python = await findPython()
  if (python) return python
  const names = CANDIDATES.map((candidate) => candidate.join(' ')).join(' or ')
  throw new BootstrapError(
    `Python ${NEEDED} was not found (looked for ${names} on the PATH).`,
    `Install Python ${NEEDED} (Debian 12: apt-get install python3.11 python3.11-venv; macOS: brew install python@3.11; elsewhere python.org) and run the same command again.`,
  )
}
