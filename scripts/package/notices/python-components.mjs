import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson, readJson } from '../../bootstrap/lib/json.mjs'
import { filesBelow } from '../lib/files.mjs'
import { tidy } from './component.mjs'

/** @typedef {import('./component.mjs').Component} Component */

/**
 * @typedef {{ packages: Record<string, string>, libraries: { file: string, name: string, licence: string, source?: string, note?: string }[], interpreterLibraries: Record<string, { name: string, licence: string }>, notInTheWheel: Record<string, Record<string, string>>, notStated: Record<string, string> }} Reviewed
 */
export const REVIEWED = /** @type {Reviewed} */ (readJson(fileURLToPath(new URL('reviewed.json', import.meta.url))))

/** Old spellings in packages' metadata that leave no doubt. */
const SPELLINGS = new Map([
  ['apache 2.0', 'Apache-2.0'],
  ['apache license 2.0', 'Apache-2.0'],
  ['apache 2.0 license', 'Apache-2.0'],
  ['apache software license', 'Apache-2.0'],
  ['isc license', 'ISC'],
  ['mit license', 'MIT'],
])

/**
 * The packages of an app's Python, with the parts that their own bills of materials name.
 * @param {string} site
 * @returns {Component[]}
 */
export function packageComponents(site) {
  const folders = readdirSync(site).filter((name) => name.endsWith('.dist-info')).sort()
  return folders.flatMap((folder) => {
    const component = packageComponent(join(site, folder))
    return [component, ...partsOf(join(site, folder, 'sboms'), component)]
  })
}

/** @param {string} folder @returns {Component} */
function packageComponent(folder) {
  const metadata = headersOf(readFileSync(join(folder, 'METADATA'), 'utf8'))
  const name = metadata.get('name')?.[0] ?? ''
  const version = metadata.get('version')?.[0] ?? ''
  const files = filesBelow(folder).filter((file) => file.startsWith('licenses/') || /^(licen[cs]e|copying|notice|authors)/i.test(file))
  const site = join(folder, '..')
  const beside = [`${name.split(/[-_]/)[0] ?? ''}/THIRD_PARTY_NOTICES.txt`].filter((file) => existsSync(join(site, file)))
  return {
    group: 'Packages of the sidecars (Python)',
    name,
    version,
    licence: licenceOf(name, metadata),
    texts: [...files.filter((file) => !/\.(py|pyc)$/.test(file)).map((file) => join(folder, file)), ...beside.map((file) => join(site, file))].map((file) => tidy(readFileSync(file, 'utf8'))),
    purl: `pkg:pypi/${normal(name)}@${encodeURIComponent(version)}`,
  }
}

/** @param {string} name */
function normal(name) {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}

/**
 * @param {string} name
 * @param {Map<string, string[]>} metadata
 * @returns {string} an SPDX expression, or what the package says, which the policy then refuses
 */
function licenceOf(name, metadata) {
  const reviewed = REVIEWED.packages[normal(name)]
  if (reviewed !== undefined) return reviewed
  const expression = metadata.get('license-expression')?.[0]
  if (expression !== undefined) return expression
  const classifier = metadata.get('classifier')?.find((each) => each.startsWith('License :: '))?.split(' :: ').at(-1)
  const said = metadata.get('license')?.[0] ?? classifier ?? ''
  return SPELLINGS.get(said.toLowerCase()) ?? said
}

/**
 * @param {string} text
 * @returns {Map<string, string[]>}
 */
function headersOf(text) {
  const [head = ''] = text.replaceAll('\r\n', '\n').split('\n\n')
  /** @type {Map<string, string[]>} */
  const headers = new Map()
  for (const line of head.split('\n')) {
    const [, key, value] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? []
    if (key !== undefined) headers.set(key.toLowerCase(), [...(headers.get(key.toLowerCase()) ?? []), value ?? ''])
  }
  return headers
}

/** @typedef {{ name: string, version?: string, purl?: string, licenses?: { expression?: string, license?: { id?: string, name?: string } }[], components?: Part[] }} Part */

/**
 * What a wheel says that it was put together from: crates, and libraries of the system that it was built on.
 * @param {string} folder
 * @param {Component} owner
 * @returns {Component[]}
 */
function partsOf(folder, owner) {
  if (!existsSync(folder)) return []
  const bills = readdirSync(folder).sort().map((file) => /** @type {{ components?: Part[] }} */ (parseJson(readFileSync(join(folder, file), 'utf8'))))
  /** @type {Map<string, Component>} */
  const found = new Map()
  const visit = (/** @type {Part[]} */ parts) => {
    for (const part of parts) {
      visit(part.components ?? [])
      if (normal(part.name) === normal(owner.name) || part.name in (REVIEWED.notInTheWheel[normal(owner.name)] ?? {})) continue
      // A module of the package itself, which Pillow lists as parts of it.
      if (part.name.startsWith('PIL.')) continue
      const licence = (part.licenses ?? []).map(({ expression, license }) => expression ?? license?.id ?? license?.name ?? '').join(' AND ') || (REVIEWED.notStated[part.name] ?? '')
      const { purl } = part
      found.set(`${part.name}@${part.version ?? ''}`, {
        group: `Inside of ${owner.name} (Python)`,
        name: part.name,
        version: part.version ?? '',
        licence: licence.replaceAll(/\s+/g, ' '),
        texts: [],
        ...(purl === undefined ? {} : { purl: purl.split('?')[0]?.split('#')[0] ?? purl }),
      })
    }
  }
  for (const bill of bills) visit(bill.components ?? [])
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, component]) => component)
}
