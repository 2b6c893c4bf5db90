import { join } from 'node:path'
import { VENV_PYTHON } from '../../bootstrap/lib/paths.mjs'
import { carryOut } from '../../bootstrap/lib/step.mjs'
import { makeBackend } from '../backend.mjs'
import { PACKAGE_CACHE, workshop } from '../layout.mjs'
import { makeModels } from '../models.mjs'
import { makeNotices } from '../notices/notices.mjs'
import { provideForeignElectron } from './electron.mjs'

/**
 * The parts of an app for another system, as far as they can be made here: all but its Python, which comes from
 * python-build-standalone and from wheels for that system.
 * @param {import('./electron.mjs').Foreign} system
 * @param {import('../models.mjs').Strategy} models
 */
export async function makeForeignParts(system, models) {
  const parts = workshop(join(PACKAGE_CACHE, `parts-${system}`))
  await carryOut({
    id: `package-backend-${system}`,
    title: 'Backend',
    perform: () => makeBackend(parts, VENV_PYTHON),
  })
  await carryOut({
    id: `package-models-${system}`,
    title: 'Models',
    async perform() {
      await makeModels(parts.models, models)
      return models
    },
  })
  /** @type {import('./electron.mjs').ForeignElectron | undefined} */
  let electron
  await carryOut({
    id: `package-electron-${system}`,
    title: 'Electron',
    async perform(report) {
      electron = await provideForeignElectron(system, parts.electron, report)
      return `${electron.version} from ${electron.source}`
    },
  })
  if (electron === undefined) throw new Error(`${parts.electron} was not made`)
  const { version } = electron
  await carryOut({ id: `package-notices-${system}`, title: 'Licences and bill of materials', perform: () => makeNotices(parts, { electronVersion: version }) })
  return { parts, electron }
}
