import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../../bootstrap/lib/json.mjs'
import { ROOT } from '../../bootstrap/lib/paths.mjs'
import { tidy } from './component.mjs'

/** @typedef {import('./component.mjs').Component} Component */

/**
 * @param {string} dist
 * @param {string} version
 * @returns {Component[]}
 */
export function electronComponents(dist, version) {
  const licence = ['LICENSE.electron.txt', 'LICENSE'].map((name) => join(dist, name)).find((file) => existsSync(file))
  return [
    {
      group: 'The window',
      name: 'Electron',
      version,
      licence: 'MIT',
      texts: licence === undefined ? [] : [tidy(readFileSync(licence, 'utf8'))],
      purl: `pkg:npm/electron@${version}`,
      note: 'It holds Chromium, Node.js, V8 and FFmpeg (libffmpeg, LGPL-2.1-or-later, a file of its own). Their licences, with those of all that Chromium is made of, are in LICENSES.chromium.html beside the program.',
    },
  ]
}

/** @typedef {{ models: { id: string, title: string, licence: string, homepage: string }[] }} Manifest */

/**
 * The models that the app brings along or offers.
 * @returns {Component[]}
 */
export function modelComponents() {
  const { models } = /** @type {Manifest} */ (readJson(join(ROOT, 'backend', 'models', 'manifest.json')))
  return models.map(({ title, licence, homepage }) => ({ group: 'Models', name: title, version: '', licence, texts: [], source: homepage }))
}
