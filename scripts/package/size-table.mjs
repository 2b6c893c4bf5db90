import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { resourcesIn } from './layout.mjs'
import { filesBelow } from './lib/files.mjs'
import { sitePackagesIn } from './python/layout.mjs'

const LARGE_MEGABYTES = 20

/** @typedef {{ part: string, megabytes: number, files: number, detail?: boolean }} Row */

/**
 * Sizes of an unpacked app by part; large Python packages each on a line of their own. Megabytes are 10^6 bytes.
 * @param {string} unpacked
 * @returns {Row[]}
 */
export function sizesOf(unpacked) {
  const resources = resourcesIn(unpacked)
  const python = row('Python', join(resources, 'python'))
  const others = [
    row('models', join(resources, '.contentcache', 'models')),
    row('app code: shell (app.asar)', join(resources, 'app.asar')),
    row('app code: backend', join(resources, 'backend')),
    row('notices', join(resources, 'notices')),
  ]
  const site = sitePackagesIn(join(resources, 'python'))
  const each = site === undefined ? [] : readdirSync(site).map((name) => row(name, join(site, name)))
  const large = each.filter(({ megabytes }) => megabytes >= LARGE_MEGABYTES).sort((one, other) => other.megabytes - one.megabytes)
  const total = row('total', unpacked)
  const packages = { part: 'Python: packages', ...sumOf(each) }
  return [
    total,
    { part: 'Electron', ...without(total, [python, ...others]) },
    { part: 'Python: interpreter and standard library', ...without(python, [packages]) },
    packages,
    ...large.map((row) => ({ ...row, detail: true })),
    ...others,
  ]
}

/** @param {Row[]} rows */
function sumOf(rows) {
  return { megabytes: rows.reduce((sum, { megabytes }) => sum + megabytes, 0), files: rows.reduce((sum, { files }) => sum + files, 0) }
}

/**
 * @param {Row} whole
 * @param {Row[]} rows
 */
function without(whole, rows) {
  const { megabytes, files } = sumOf(rows)
  return { megabytes: whole.megabytes - megabytes, files: whole.files - files }
}

/** @param {Row[]} rows */
export function tableOf(rows) {
  return rows
    .map(({ part, megabytes, files, detail }) => `  ${`${detail ? '  ' : ''}${part}`.padEnd(44)}${megabytes.toFixed(1).padStart(9)} MB${String(files).padStart(8)} files`)
    .join('\n')
}

/**
 * @param {string} part
 * @param {string} path
 * @returns {Row}
 */
function row(part, path) {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return { part, megabytes: 0, files: 0 }
  const files = stats.isDirectory() ? filesBelow(path).map((file) => join(path, file)) : [path]
  return { part, megabytes: files.reduce((sum, file) => sum + lstatSync(file).size, 0) / 1e6, files: files.length }
}
