import { parseJson } from '../bootstrap/lib/json.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @returns {Counts} */
export function none() {
  return { passed: 0, failed: 0, skipped: 0 }
}

/**
 * @param {Counts[]} list
 * @returns {Counts}
 */
export function sum(list) {
  return list.reduce(
    (total, counts) => ({
      passed: total.passed + counts.passed,
      failed: total.failed + counts.failed,
      skipped: total.skipped + counts.skipped,
    }),
    none(),
  )
}

/** @param {Counts} counts */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * @typedef {{ status: string, assertionResults: unknown[] }} VitestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: VitestFile[] }} VitestReport
 * @typedef {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: unknown[] }} PlaywrightReport
 */

/**
 * Vitest's JSON report. A file that could not be loaded has no tests, so it counts as one that failed.
 * @param {string} text
 * @returns {Counts}
 */
export function countsOfVitest(text) {
  const report = /** @type {VitestReport} */ (parseJson(text))
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded, skipped: report.numPendingTests + report.numTodoTests }
}

/**
 * pytest's JUnit XML: the attributes of its one suite.
 * @param {string} text
 * @returns {Counts}
 */
export function countsOfJunit(text) {
  const suite = /<testsuite [^>]*>/.exec(text)?.[0] ?? ''
  const attribute = (/** @type {string} */ name) => {
    const value = new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1]
    if (value === undefined) throw new Error(`The JUnit report names no ${name}`)
    return Number(value)
  }
  const failed = attribute('failures') + attribute('errors')
  const skipped = attribute('skipped')
  return { passed: attribute('tests') - failed - skipped, failed, skipped }
}

/**
 * Playwright's JSON report. One that passed only when repeated counts as failed: a flaky promise is not kept.
 * @param {string} text
 * @returns {Counts}
 */
export function countsOfPlaywright(text) {
  const { stats, errors } = /** @type {PlaywrightReport} */ (parseJson(text))
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped }
}
