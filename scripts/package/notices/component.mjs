/**
 * Something of others that is shipped.
 *
 * - `group`: under which heading it is told
 * - `licence`: an SPDX expression
 * - `texts`: the licence files that it comes with; none means the standard text of its licence
 * - `purl`: its package URL, where it has one
 * @typedef {object} Component
 * @property {string} group
 * @property {string} name
 * @property {string} version
 * @property {string} licence
 * @property {string[]} texts
 * @property {string} [purl]
 * @property {string} [note]
 * @property {string} [source]
 */

/** @param {string} text */
export function tidy(text) {
  return text.replaceAll('\r\n', '\n').replaceAll('\f', '\n').trimEnd()
}
