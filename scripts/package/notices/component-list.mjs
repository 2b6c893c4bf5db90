/** The same for the window of the app, which shows a list and leads from it into the text. Its reader: `electron/about/licences.ts`. */

export const LIST_FILE = 'components.json'

/** What the window calls the groups in its own language. @type {Record<string, string>} */
const KINDS = {
  'The window': 'window',
  'Packages of the shell (npm)': 'shell',
  'The interpreter of the sidecars': 'interpreter',
  'Packages of the sidecars (Python)': 'python',
  'Libraries inside of Python packages': 'library',
  Models: 'model',
}

const WITHIN = /^Inside of (.+) \(Python\)$/

/**
 * @param {import('./component.mjs').Component[]} components
 * @param {(component: import('./component.mjs').Component) => import('./text.mjs').Lines[]} termsOf
 */
export function componentList(components, termsOf) {
  // The same part of the same package may be found twice.
  const unique = new Map(components.map((component) => [`${component.group}/${component.name}@${component.version}`, component]))
  const list = [...unique.values()].map((component) => {
    const { group, name, version, licence, source } = component
    const within = WITHIN.exec(group)?.[1]
    return { kind: within === undefined ? kindOf(group) : 'library', name, version, licence, ...(within !== undefined && { within }), ...(source !== undefined && { source }), terms: termsOf(component) }
  })
  return `${JSON.stringify(list, undefined, 1)}\n`
}

/** @param {string} group */
function kindOf(group) {
  const kind = KINDS[group]
  if (kind === undefined) throw new Error(`The window has no name for the group "${group}": give it one here and in the locales (about.kinds).`)
  return kind
}
