import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError } from '../../bootstrap/lib/errors.mjs'
import { sitePackagesIn } from '../python/layout.mjs'
import { BILL_FILE, billOfMaterials } from './bill-of-materials.mjs'
import { componentList, LIST_FILE } from './component-list.mjs'
import { graftedLibraries, interpreterComponents } from './library-components.mjs'
import { nodeComponents } from './node-components.mjs'
import { electronComponents, modelComponents } from './other-components.mjs'
import { objectionTo } from './policy.mjs'
import { packageComponents } from './python-components.mjs'
import { noticesText } from './text.mjs'

const NOTICES_FILE = 'THIRD-PARTY-LICENCES.txt'

/**
 * Write what is shipped of others and under which terms: a text for people, the list of it for the window, a bill of materials for programs.
 * @param {import('../layout.mjs').Workshop} parts
 * @param {{ electronVersion: string }} versions
 * @returns {Promise<string>}
 * @throws {BootstrapError} when something may not be shipped, or nobody knows under which licence it is
 */
export async function makeNotices({ python, electron, notices }, { electronVersion }) {
  const site = sitePackagesIn(python)
  const components = [
    ...electronComponents(electron, electronVersion),
    ...nodeComponents(),
    ...(site === undefined ? [] : [...interpreterComponents(python), ...packageComponents(site), ...graftedLibraries(site)]),
    ...modelComponents(),
  ]
  const objections = components.flatMap((component) => {
    const objection = objectionTo(component.licence)
    return objection === undefined ? [] : [`${component.group}: ${component.name} ${component.version}: ${objection}`]
  })
  if (objections.length > 0) {
    throw new BootstrapError(`What would be shipped has licences that stand against it:\n${objections.join('\n')}`, 'Leave it out, or state what was looked up in scripts/package/notices/reviewed.json.')
  }
  rmSync(notices, { recursive: true, force: true })
  mkdirSync(notices, { recursive: true })
  const { text, termsOf } = noticesText(components)
  writeFileSync(join(notices, NOTICES_FILE), text)
  writeFileSync(join(notices, LIST_FILE), componentList(components, termsOf))
  writeFileSync(join(notices, BILL_FILE), await billOfMaterials(components))
  return `${components.length} components, each with a licence that may be shipped`
}
