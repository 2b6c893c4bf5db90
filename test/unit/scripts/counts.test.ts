import { describe, expect, it } from 'vitest'
import { countsOfJunit, countsOfPlaywright, countsOfVitest, inWords, sum } from '../../../scripts/test/counts.mjs'

describe('counts of vitest', () => {
  const report = { numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [] as unknown[] }

  it('adds to-dos to what was skipped', () => {
    expect(countsOfVitest(JSON.stringify(report))).toEqual({ passed: 7, failed: 1, skipped: 3 })
  })

  it('counts a file that could not be loaded as a failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }, { status: 'failed', assertionResults: [{}] }]
    expect(countsOfVitest(JSON.stringify({ ...report, testResults })).failed).toBe(2)
  })
})

describe('counts of pytest', () => {
  it('takes what neither failed, erred nor was skipped as passed', () => {
    const xml = '<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.0">'
    expect(countsOfJunit(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 })
  })

  it('refuses a report without its numbers', () => {
    expect(() => countsOfJunit('<testsuites/>')).toThrow('names no failures')
  })
})

describe('counts of Playwright', () => {
  it('does not let a flaky test pass', () => {
    const report = { stats: { expected: 5, unexpected: 1, flaky: 2, skipped: 4 }, errors: [{}] }
    expect(countsOfPlaywright(JSON.stringify(report))).toEqual({ passed: 5, failed: 4, skipped: 4 })
  })
})

it('says the sum in the words that closing lines are read for', () => {
  const total = sum([{ passed: 1, failed: 0, skipped: 2 }, { passed: 3, failed: 1, skipped: 0 }])
  expect(inWords(total)).toBe('4 passed, 1 failed, 2 skipped')
})
