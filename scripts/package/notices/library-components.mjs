import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../../bootstrap/lib/json.mjs'
import { filesBelow } from '../lib/files.mjs'
import { VERSIONS } from '../python/libraries.mjs'
import { tidy } from './component.mjs'
import { REVIEWED } from './python-components.mjs'

/** @typedef {import('./component.mjs').Component} Component */

const GRAFTED = /^[\w-]+\.libs\/|^[\w-]+\/\.(libs|dylibs)\/|^torch\/lib\/libgomp/

/**
 * Libraries that wheels bring along in folders of their own; each has to be one that somebody looked at.
 * @param {string} site
 * @returns {Component[]}
 */
export function graftedLibraries(site) {
  const files = filesBelow(site).filter((file) => GRAFTED.test(file))
  /** @type {Map<string, Component & { files: string[] }>} */
  const found = new Map()
  for (const file of files) {
    const known = REVIEWED.libraries.find((entry) => new RegExp(entry.file).test(file))
    const { name, licence, source, note } = known ?? { name: file, licence: '', source: undefined, note: undefined }
    const owner = file.split('/')[0]?.replace('.libs', '') ?? ''
    const key = `${name} in ${owner}`
    const component = found.get(key) ?? { group: 'Libraries inside of Python packages', name, version: `as in ${owner}`, licence, texts: [], files: [], ...(source && { source }), ...(note && { note }) }
    component.files.push(file)
    found.set(key, component)
  }
  return [...found.values()].map(({ files: of, ...component }) => ({ ...component, note: [component.note, `Files: ${of.join(', ')}.`].filter((each) => each !== undefined).join(' ') }))
}

/**
 * CPython and the libraries that lie beside it.
 * @param {string} python
 * @returns {Component[]}
 */
export function interpreterComponents(python) {
  const licence = filesBelow(python).find((file) => /\/python3\.11\/LICENSE\.txt$|^LICENSE\.txt$/.test(file))
  const group = 'The interpreter of the sidecars'
  const cpython = { group, name: 'CPython', version: '3.11', licence: 'PSF-2.0', texts: licence === undefined ? [] : [tidy(readFileSync(join(python, licence), 'utf8'))], source: 'https://www.python.org' }
  const texts = join(python, 'licenses')
  if (!existsSync(texts)) return [cpython]
  const versions = /** @type {Record<string, string>} */ (readJson(join(texts, VERSIONS)))
  const files = readdirSync(texts).filter((file) => file.endsWith('.txt')).sort()
  const libraries = files.map((file) => {
    const soname = file.replace(/\.txt$/, '')
    const { name, licence: known } = REVIEWED.interpreterLibraries[soname] ?? { name: soname, licence: '' }
    return { group, name: `${name} (${soname})`, version: (versions[soname] ?? '').trim(), licence: known, texts: [tidy(readFileSync(join(texts, file), 'utf8'))] }
  })
  return [cpython, ...libraries]
}
