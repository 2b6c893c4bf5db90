import { parseArgs } from 'node:util'
import { exclusively } from './lib/exclusive.mjs'
import { BootstrapError, tellFailure } from './lib/errors.mjs'
import { carryOut } from './lib/step.mjs'
import { build } from './steps/build.mjs'
import { electronRuntime } from './steps/electron-runtime.mjs'
import { models } from './steps/models.mjs'
import { nodePackages } from './steps/node-packages.mjs'
import { pythonEnvironment } from './steps/python-environment.mjs'
import { systemPackages } from './steps/system-packages.mjs'

// `--without build,models` leaves steps out: a lint run needs no build, and a broken build must not stop it.
const ALL = [systemPackages, nodePackages, pythonEnvironment, electronRuntime, models, build]
const { values } = parseArgs({ options: { without: { type: 'string', default: '' } } })
const omitted = new Set(values.without.split(','))
const OLDEST_NODE = [20, 19]

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = OLDEST_NODE
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return
  throw new BootstrapError(`This is Node ${process.versions.node}.`, `Install Node ${OLDEST_NODE.join('.')} or newer.`)
}

try {
  checkNode()
  await exclusively(async () => {
    for (const step of ALL.filter(({ id }) => !omitted.has(id))) await carryOut(step)
  })
} catch (error) {
  tellFailure(error)
}
