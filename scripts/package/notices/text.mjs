import licences from 'spdx-license-list/full.js'
import { namesIn } from './policy.mjs'

/** @typedef {import('./component.mjs').Component} Component */

const RULE = '='.repeat(80)
const INTRODUCTION = `ContentCache is under the MIT licence. What it brings along of others, and their terms, is below.

Libraries under the LGPL are files of their own and may be replaced by changed versions: they lie in
resources/python below the folder of the program. Their source code is where "Source" says.`

// The two exceptions are short, and the list of licences does not hold them.
const EXCEPTIONS = new Map([
  ['GCC-exception-3.1', 'GCC Runtime Library Exception 3.1: https://www.gnu.org/licenses/gcc-exception-3.1.html. It permits programs of any licence to be combined with and shipped with these libraries.'],
  ['LLVM-exception', 'LLVM Exceptions to the Apache 2.0 License: https://spdx.org/licenses/LLVM-exception.html. Portions that compiling embeds in an object form may be redistributed without sections 4(a), 4(b) and 4(d).'],
])

/**
 * One text: what is shipped, then the licences. A text that several share stands once.
 * @param {Component[]} components
 */
export function noticesText(components) {
  const groups = [...new Set(components.map(({ group }) => group))]
  const list = groups.map((group) => [`${group}\n${'-'.repeat(group.length)}`, ...components.filter((each) => each.group === group).map(entry)].join('\n'))
  const own = components.filter(({ texts }) => texts.length > 0).map((each) => [`${RULE}\n${title(each)}\n${RULE}`, ...each.texts].join('\n\n'))
  // The LGPL 3 is written as additions to the GPL 3, and the GCC exception as one to it.
  const named = new Set(components.flatMap(({ licence }) => namesIn(licence)).flatMap((name) => (name.startsWith('LGPL-3.0') ? [name, 'GPL-3.0-or-later'] : [name])))
  const standard = [...named].sort().map((name) => `${RULE}\nStandard text: ${name}\n${RULE}\n\n${textOf(name)}`)
  return `${[INTRODUCTION, ...list, ...own, ...standard].join('\n\n')}\n`
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
