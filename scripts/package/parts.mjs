import { existsSync } from 'node:fs'
import { VENV_PYTHON } from '../bootstrap/lib/paths.mjs'
import { lockPath } from '../bootstrap/lib/python-locks.mjs'
import { digestOf } from '../bootstrap/lib/stamps.mjs'
import { carryOut } from '../bootstrap/lib/step.mjs'
import { makeBackend } from './backend.mjs'
import { copyElectron } from './electron-distribution.mjs'
import { provideForeignElectron } from './foreign/electron.mjs'
import { readableByAll } from './lib/files.mjs'
import { makeModels } from './models.mjs'
import { makeNotices } from './notices/notices.mjs'
import { interpreterIn } from './python/layout.mjs'
import { makePython } from './python/runtime.mjs'

/** @typedef {import('./electron-distribution.mjs').Electron} Electron */

/**
 * Make every part of one app. For another system that is all but its Python, which comes from python-build-standalone and from wheels
 * for that system.
 * @param {import('./layout.mjs').Workshop} parts
 * @param {import('./options.mjs').PackageOptions} options
 * @param {import('./options.mjs').Foreign} [foreign] another system
 * @returns {Promise<Electron>}
 */
export async function makeParts(parts, { python, models }, foreign) {
  if (foreign === undefined) await carryOut(pythonStep(parts, python))
  // Byte code is the same on every system.
  const compiler = foreign === undefined ? interpreterIn(parts.python) : VENV_PYTHON
  await carryOut({ id: 'package-backend', title: 'Backend', perform: () => makeBackend(parts.backend, compiler) })
  await carryOut({
    id: 'package-models',
    title: 'Models',
    async perform() {
      await makeModels(parts.models, models)
      return models
    },
  })
  /** @type {Electron | undefined} */
  let electron
  await carryOut({
    id: 'package-electron',
    title: 'Electron',
    async perform(report) {
      electron = foreign === undefined ? copyElectron(parts.electron) : await provideForeignElectron(foreign, parts.electron, report)
      return `${electron.version} from ${electron.source}`
    },
  })
  if (electron === undefined) throw new Error(`${parts.electron} was not made`)
  const { version } = electron
  await carryOut({ id: 'package-notices', title: 'Licences and bill of materials', perform: () => makeNotices(parts, { electronVersion: version }) })
  readableByAll(parts.root)
  return electron
}

/**
 * Made anew only when what it depends on has changed.
 * @param {import('./layout.mjs').Workshop} parts
 * @param {import('./python/runtime.mjs').Base} base
 * @returns {import('../bootstrap/lib/step.mjs').Step}
 */
function pythonStep(parts, base) {
  return {
    id: `package-python-${parts.root.replaceAll(/[^\w]+/g, '-')}`,
    title: `The app's own Python`,
    inputs: () => digestOf({ texts: [process.platform, process.arch, base], paths: [lockPath('runtime'), lockPath('package'), 'scripts/package/python', 'scripts/package/lib', 'scripts/bootstrap/lib/prune.mjs'] }),
    holds: () => existsSync(interpreterIn(parts.python)),
    async perform(report) {
      await makePython(parts.python, base, report)
      return `from ${base === 'machine' ? "this machine's CPython" : 'python-build-standalone'}`
    },
  }
}
