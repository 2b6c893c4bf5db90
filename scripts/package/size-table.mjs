import { lstatSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { filesBelow } from './lib/files.mjs'
import { resourcesIn } from './builder.mjs'

const LARGE_MEGABYTES = 20

/** @typedef {{ part: string, megabytes: number, files: number, detail?: boolean }} Row */

/**
 * Sizes of an unpacked app by part; large Python packages each on a line of their own. Megabytes are 10^6 bytes.
 * @param {string} unpacked
 * @returns {Row[]}
 */
export function sizesOf(unpacked) {
  const resources = resourcesIn(unpacked)
  const parts = {
    python: join(resources, 'python'),
    models: join(resources, '.contentcache', 'models'),
    backend: join(resources, 'backend'),
    notices: join(resources, 'notices'),
    app: join(resources, 'app.asar'),
  }
  const site = findSite(parts.python)
  const packages = site === undefined ? [] : readdirSync(site).map((name) => row(name, join(site, name)))
  const total = row('total', unpacked)
  const python = row('python', parts.python)
  const inPackages = packages.reduce((sum, { megabytes }) => sum + megabytes, 0)
  const known = Object.values(parts).map((path) => row(basename(path), path))
  const large = packages.filter(({ megabytes }) => megabytes >= LARGE_MEGABYTES).sort((one, other) => other.megabytes - one.megabytes)
  const electron = total.megabytes - known.reduce((sum, { megabytes }) => sum + megabytes, 0)
  return [
    total,
    { part: 'Electron', megabytes: electron, files: total.files - known.reduce((sum, { files }) => sum + files, 0) },
    { part: 'Python: interpreter and standard library', megabytes: python.megabytes - inPackages, files: python.files - packages.reduce((sum, { files }) => sum + files, 0) },
    { part: 'Python: packages', megabytes: inPackages, files: packages.reduce((sum, { files }) => sum + files, 0) },
    ...large.map((each) => ({ ...each, detail: true })),
    { ...row('', parts.models), part: 'models' },
    { ...row('', parts.app), part: 'app code: shell (app.asar)' },
    { ...row('', parts.backend), part: 'app code: backend' },
    { ...row('', parts.notices), part: 'notices' },
  ]
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

/**
 * @param {string} python
 * @returns {string | undefined}
 */
export function findSite(python) {
  if (lstatSync(python, { throwIfNoEntry: false }) === undefined) return undefined
  const marker = filesBelow(python).find((file) => file.endsWith('/contentcache.pth'))
  return marker === undefined ? undefined : join(python, relative('.', join(marker, '..')))
}
