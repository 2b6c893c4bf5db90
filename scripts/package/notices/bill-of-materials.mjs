import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library'
import parse from 'spdx-expression-parse'
import { readJson } from '../../bootstrap/lib/json.mjs'
import { ROOT } from '../../bootstrap/lib/paths.mjs'

export const BILL_FILE = 'bill-of-materials.cdx.json'

const SPEC = Spec.Spec1dot6
const LICENCES = new Contrib.License.Factories.LicenseFactory((/** @type {string} */ value) => void parse(value))

/**
 * A bill of materials as CycloneDX has it. Without a time and a number of its own: the same parts give the same bytes.
 * @param {import('./component.mjs').Component[]} components
 * @returns {Promise<string>}
 */
export async function billOfMaterials(components) {
  const { name, version } = application()
  const bill = new Models.Bom()
  bill.metadata.component = new Models.Component(Enums.ComponentType.Application, name, { version, bomRef: `${name}@${version}`, licenses: licences('MIT') })
  for (const [reference, component] of new Map(components.map((each) => [`${each.group}/${each.name}@${each.version}`, each]))) {
    bill.components.add(modelOf(component, reference))
  }
  const text = /** @type {string} */ (new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(SPEC)).serialize(bill, { sortLists: true, space: 1 }))
  const problem = /** @type {unknown} */ (await new Validation.JsonStrictValidator(SPEC.version).validate(text))
  if (problem !== null) throw new Error(`The bill of materials is not as CycloneDX ${SPEC.version} says: ${JSON.stringify(problem).slice(0, 500)}`)
  return `${text}\n`
}

/**
 * @param {import('./component.mjs').Component} component
 * @param {string} reference
 */
function modelOf({ group, name, version, licence, purl, source }, reference) {
  const type = group === 'Models' ? Enums.ComponentType.MachineLearningModel : Enums.ComponentType.Library
  const externalReferences = new Models.ExternalReferenceRepository(source === undefined ? [] : [new Models.ExternalReference(source, Enums.ExternalReferenceType.Website)])
  return new Models.Component(type, name, {
    bomRef: reference,
    group,
    licenses: licences(licence),
    externalReferences,
    ...(version === '' ? {} : { version }),
    ...(purl === undefined ? {} : { purl }),
  })
}

/** @param {string} licence */
function licences(licence) {
  return new Models.LicenseRepository([LICENCES.makeFromString(licence)])
}

/**
 * Put the bill beside a build.
 * @param {import('../layout.mjs').Workshop} parts
 * @param {string} out
 * @param {import('../options.mjs').System} platform
 * @param {string} architecture
 * @returns {string}
 */
export function publishBill({ notices }, out, platform, architecture) {
  const { productName, version } = application()
  const file = join(out, `${productName}-${version}-${platform}-${architecture}.cdx.json`)
  copyFileSync(join(notices, BILL_FILE), file)
  return file
}

function application() {
  return /** @type {{ name: string, productName: string, version: string }} */ (readJson(join(ROOT, 'package.json')))
}
