import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError } from '../../bootstrap/lib/errors.mjs'
import { readJson } from '../../bootstrap/lib/json.mjs'
import { ROOT } from '../../bootstrap/lib/paths.mjs'
import { tidy } from './component.mjs'

const BUNDLES = ['main', 'preload', 'renderer']

/** What Vite's `build.license` writes. @typedef {{ name: string, version: string, identifier?: string, text?: string }} Entry */

/**
 * The npm packages that the three bundles really took in.
 * @returns {import('./component.mjs').Component[]}
 */
export function nodeComponents() {
  const entries = BUNDLES.flatMap((bundle) => {
    const file = join(ROOT, 'out', bundle, 'licenses.json')
    if (!existsSync(file)) throw new BootstrapError(`${file} is not there: the shell was built without it.`, 'npm run build')
    return /** @type {Entry[]} */ (readJson(file))
  })
  const unique = new Map(entries.map((entry) => [`${entry.name}@${entry.version}`, entry]))
  return [...unique.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, { name, version, identifier, text }]) => ({
    group: 'Packages of the shell (npm)',
    name,
    version,
    licence: identifier ?? '',
    texts: [tidy(text ?? ownLicence(name))].filter((each) => each !== ''),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  }))
}

/**
 * Vite finds licences by three beginnings of a file's name; a package may spell it in its own way.
 * @param {string} name
 */
function ownLicence(name) {
  const folder = join(ROOT, 'node_modules', name)
  if (!existsSync(folder)) return ''
  const file = readdirSync(folder).find((each) => /licen[cs]e|copying/i.test(each))
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8')
}
