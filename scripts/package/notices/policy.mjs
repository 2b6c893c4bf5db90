import parse from 'spdx-expression-parse'

/** What may be shipped: permissive licences, MPL, and LGPL for libraries that are files of their own and can be replaced. */
const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BSD-3-Clause-Clear', 'BSL-1.0', 'BlueOak-1.0.0', 'CC0-1.0', 'CDLA-Permissive-2.0', 'CNRI-Python'],
  ...['FTL', 'IJG', 'ISC', 'LGPL-2.0-or-later', 'LGPL-2.1-or-later', 'LGPL-3.0-or-later', 'MIT', 'MIT-0', 'MIT-CMU', 'MPL-2.0', 'PSF-2.0', 'Python-2.0'],
  ...['Unicode-3.0', 'Unicode-DFS-2016', 'Unlicense', 'X11', 'Zlib', 'blessing', 'bzip2-1.0.6', 'libpng-2.0', 'libtiff'],
])

// The compiler's own libraries: the exception lets programs of any licence bring them along.
const ALLOWED_WITH = new Set(['Apache-2.0 WITH LLVM-exception', 'GPL-3.0-or-later WITH GCC-exception-3.1'])

/** @typedef {{ license: string, plus?: boolean, exception?: string } | { left: Expression, conjunction: 'and' | 'or', right: Expression }} Expression */

/**
 * Why something under this licence may not be shipped, or undefined.
 * @param {string} licence an SPDX expression
 * @returns {string | undefined}
 */
export function objectionTo(licence) {
  let expression
  try {
    expression = /** @type {Expression} */ (parse(licence))
  } catch {
    return `"${licence}" is no licence that SPDX knows`
  }
  return isAllowed(expression) ? undefined : `${licence} may not be shipped`
}

/**
 * @param {Expression} expression
 * @returns {boolean}
 */
function isAllowed(expression) {
  if ('conjunction' in expression) {
    const { left, conjunction, right } = expression
    return conjunction === 'and' ? isAllowed(left) && isAllowed(right) : isAllowed(left) || isAllowed(right)
  }
  const { license, exception } = expression
  return exception === undefined ? ALLOWED.has(license) : ALLOWED_WITH.has(`${license} WITH ${exception}`)
}

/**
 * The licences and exceptions that an expression names.
 * @param {string} licence
 * @returns {string[]}
 */
export function namesIn(licence) {
  const visit = (/** @type {Expression} */ expression) => {
    /** @type {string[]} */
    const names = 'conjunction' in expression ? [...visit(expression.left), ...visit(expression.right)] : [expression.license, ...(expression.exception === undefined ? [] : [expression.exception])]
    return names
  }
  return [...new Set(visit(/** @type {Expression} */ (parse(licence))))].sort()
}
