import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lockPath } from '../bootstrap/lib/python-locks.mjs'
import { digestOf } from '../bootstrap/lib/stamps.mjs'
import { carryOut } from '../bootstrap/lib/step.mjs'
import { makeBackend } from './backend.mjs'
import { copyElectron } from './electron-distribution.mjs'
import { makeModels } from './models.mjs'
import { makeNotices } from './notices/notices.mjs'
import { interpreterIn } from './python/byte-code.mjs'
import { makePython } from './python/runtime.mjs'

/**
 * Make every part of one installed app. The Python is made anew only when what it depends on has changed.
 * @param {import('./layout.mjs').Workshop} parts
 * @param {import('./options.mjs').PackageOptions} options
 * @returns {Promise<{ version: string, source: string }>} its Electron
 */
export async function makeParts(parts, options) {
  const { python: base, models } = options
  await carryOut({
    id: `package-python-${parts.root.replaceAll(/[^\w]+/g, '-')}`,
    title: `The app's own Python`,
    inputs: () => digestOf({ texts: [process.platform, process.arch, base], paths: [lockPath('runtime'), 'scripts/package/python', 'scripts/package/lib', 'scripts/bootstrap/lib/prune.mjs'] }),
    holds: () => existsSync(interpreterIn(parts.python)),
    async perform(report) {
      await makePython(parts.python, base, report)
      return `from ${base === 'machine' ? "this machine's CPython" : 'python-build-standalone'}`
    },
  })
  await carryOut({ id: 'package-backend', title: 'Backend', perform: async () => makeBackend(parts) })
  await carryOut({
    id: 'package-models',
    title: 'Models',
    async perform() {
      await makeModels(parts.models, models)
      return models
    },
  })
  /** @type {{ version: string, source: string } | undefined} */
  let electron
  await carryOut({
    id: 'package-electron',
    title: 'Electron',
    perform() {
      electron = copyElectron(parts.electron)
      return Promise.resolve(`${electron.version} from ${electron.source}`)
    },
  })
  if (electron === undefined) throw new Error(`${join(parts.root, 'electron')} was not made`)
  const { version } = electron
  await carryOut({ id: 'package-notices', title: 'Licences and bill of materials', perform: () => makeNotices(parts, { electronVersion: version }) })
  return electron
}
