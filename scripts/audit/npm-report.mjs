/** What `npm audit --json` says, in either of its forms: a report, or why the registry gave none. */

const LEVELS = /** @type {const} */ (['critical', 'high', 'moderate', 'low', 'info'])

/**
 * @typedef {{ metadata?: { vulnerabilities?: Record<string, number>, dependencies?: { total?: number } }, vulnerabilities?: Record<string, { severity: string, range: string }>, message?: string, error?: { code?: string, summary?: string } }} Answer
 * @typedef {{ served: true, checked: number, counts: Record<typeof LEVELS[number], number>, packages: string[] }} Report
 * @typedef {{ served: false, refusal: string }} Refusal
 */

/**
 * @param {string} output
 * @returns {Report | Refusal}
 */
export function readNpmAudit(output) {
  const start = output.indexOf('{')
  if (start === -1) return { served: false, refusal: output.trim() || 'no answer' }
  /** @type {unknown} */
  const parsed = JSON.parse(output.slice(start))
  const answer = /** @type {Answer} */ (parsed)
  const counted = answer.metadata?.vulnerabilities
  if (counted === undefined) return { served: false, refusal: answer.message ?? answer.error?.summary ?? answer.error?.code ?? 'an answer without counts' }
  return {
    served: true,
    checked: answer.metadata?.dependencies?.total ?? 0,
    counts: /** @type {Report['counts']} */ (Object.fromEntries(LEVELS.map((level) => [level, counted[level] ?? 0]))),
    packages: Object.entries(answer.vulnerabilities ?? {}).map(([name, { severity, range }]) => `${name} ${range}: ${severity}`),
  }
}

/** @param {Report | Refusal} report */
export function mustFail(report) {
  return report.served && report.counts.critical + report.counts.high > 0
}

/** @param {Report | Refusal} report */
export function inWords(report) {
  if (!report.served) return `npm: not checked. The package registry does not serve audits here: ${report.refusal}.`
  const counts = LEVELS.map((level) => `${report.counts[level]} ${level}`).join(', ')
  return [...report.packages.map((line) => `  ${line}`), `npm: ${report.checked} packages checked, ${counts}.`].join('\n')
}
