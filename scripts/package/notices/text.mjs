import licences from 'spdx-license-list/full.js'
import { namesIn } from './policy.mjs'

/** @typedef {import('./component.mjs').Component} Component */

const RULE = '='.repeat(80)
/** Sections and texts are a blank line apart. */
const BETWEEN = '\n\n'
const INTRODUCTION = `ContentCache is under the MIT licence. What it brings along of others, and their terms, is below.

Libraries under the LGPL are files of their own and may be replaced by changed versions: they lie in
resources/python below the folder of the program. Their source code is where "Source" says.`

// The two exceptions are short, and the list of licences does not hold them.
const EXCEPTIONS = new Map([
  ['GCC-exception-3.1', 'GCC Runtime Library Exception 3.1: https://www.gnu.org/licenses/gcc-exception-3.1.html. It permits programs of any licence to be combined with and shipped with these libraries.'],
  ['LLVM-exception', 'LLVM Exceptions to the Apache 2.0 License: https://spdx.org/licenses/LLVM-exception.html. Portions that compiling embeds in an object form may be redistributed without sections 4(a), 4(b) and 4(d).'],
])

/**
 * A run of lines of the text: the first, counted from 0, and how many.
 * @typedef {[first: number, count: number]} Lines
 */

/**
 * One text: what is shipped, then the licences. A text that several share stands once. With it, for each component, where in it its terms stand.
 * @param {Component[]} components
 * @returns {{ text: string, termsOf: (component: Component) => Lines[] }}
 */
export function noticesText(components) {
  const groups = [...new Set(components.map(({ group }) => group))]
  const list = groups.map((group) => [`${group}\n${'-'.repeat(group.length)}`, ...components.filter((each) => each.group === group).map(entry)].join('\n'))
  const own = components.filter(({ texts }) => texts.length > 0)
  const standard = [...new Set(components.flatMap(standardNames))].sort()
  /** @type {[key: Component | string, section: string][]} */
  const terms = [
    ...own.map((each) => /** @type {[Component, string]} */ ([each, [`${RULE}\n${title(each)}\n${RULE}`, ...each.texts].join(BETWEEN)])),
    ...standard.map((name) => /** @type {[string, string]} */ ([name, `${RULE}\nStandard text: ${name}\n${RULE}\n\n${textOf(name)}`])),
  ]
  const head = [INTRODUCTION, ...list].join(BETWEEN)
  /** @type {Map<Component | string, Lines>} */
  const places = new Map()
  let line = lineCount(head) + 1
  for (const [key, section] of terms) {
    const count = lineCount(section)
    places.set(key, [line, count])
    line += count + 1
  }
  return {
    text: `${[head, ...terms.map(([, section]) => section)].join(BETWEEN)}\n`,
    termsOf: (component) =>
      (component.texts.length > 0 ? [component] : standardNames(component)).flatMap((key) => {
        const place = places.get(key)
        return place === undefined ? [] : [place]
      }),
  }
}

/**
 * The LGPL 3 is written as additions to the GPL 3, and the GCC exception as one to it.
 * @param {Component} component
 */
function standardNames({ licence }) {
  return namesIn(licence).flatMap((name) => (name.startsWith('LGPL-3.0') ? [name, 'GPL-3.0-or-later'] : [name]))
}

/** @param {string} text */
function lineCount(text) {
  return text.split('\n').length
}

/** @param {Component} component */
function title({ name, version }) {
  return version === '' ? name : `${name} ${version}`
}

/** @param {Component} component */
function entry(component) {
  const details = [component.source === undefined ? undefined : `Source: ${component.source}.`, component.note].filter((each) => each !== undefined)
  return [`${title(component)}: ${component.licence}`, ...details.map((each) => `    ${each}`)].join('\n')
}

/** @param {string} name */
function textOf(name) {
  const exception = EXCEPTIONS.get(name)
  if (exception !== undefined) return exception
  const known = /** @type {Record<string, { licenseText: string } | undefined>} */ (licences)[name]
  if (known === undefined) throw new Error(`The list of licences holds no text of ${name}`)
  return known.licenseText.trimEnd()
}
