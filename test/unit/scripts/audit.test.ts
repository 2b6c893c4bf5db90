import { expect, it } from 'vitest'
import { inWords, mustFail, readNpmAudit } from '../../../scripts/audit/npm-report.mjs'

const counts = { info: 0, low: 1, moderate: 2, high: 0, critical: 0, total: 3 }
const report = (change: object): string =>
  JSON.stringify({ vulnerabilities: { tar: { name: 'tar', severity: 'high', range: '<6.2.1' } }, metadata: { vulnerabilities: { ...counts, ...change }, dependencies: { total: 410 } } })

it('high and critical fail, the rest is told', () => {
  for (const [change, fails] of [[{}, false], [{ high: 1 }, true], [{ critical: 1 }, true]] as const) expect(mustFail(readNpmAudit(report(change)))).toBe(fails)
  const words = inWords(readNpmAudit(report({ high: 1 })))
  expect(words).toContain('tar <6.2.1: high')
  expect(words).toContain('410 packages checked, 0 critical, 1 high, 2 moderate, 1 low')
})

it('a registry that serves no audits is named with its own words, and fails nothing', () => {
  const refused = JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk', statusCode: 405 })
  for (const [output, words] of [[refused, '405 Method Not Allowed'], [JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'getaddrinfo failed' } }), 'getaddrinfo failed'], ['', 'no answer']] as const) {
    const read = readNpmAudit(output)
    expect(mustFail(read)).toBe(false)
    expect(inWords(read)).toContain('not checked')
    expect(inWords(read)).toContain(words)
  }
})
