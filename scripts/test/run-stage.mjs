import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { runVisibly } from '../bootstrap/lib/run.mjs'
import { resolveElectron } from '../electron-runtime/resolve.mjs'
import { startXvfb } from '../electron-runtime/xvfb.mjs'
import { none } from './counts.mjs'
import { REPORTS, absentParts } from './stages.mjs'

/**
 * @typedef {{ title: string, verdict: 'passed' | 'failed' | 'absent', counts: import('./counts.mjs').Counts, seconds: number, note?: string }} Outcome
 */

/**
 * Run one stage to its end, whatever happens in it.
 * @param {import('./stages.mjs').Stage} stage
 * @returns {Promise<Outcome>}
 */
export async function runStage(stage) {
  const started = performance.now()
  const outcome = await attempt(stage).catch((/** @type {unknown} */ error) => {
    const message = error instanceof Error ? error.message : String(error)
    console.error(message)
    return failure(message.split('\n')[0] ?? '')
  })
  return { title: stage.title, seconds: (performance.now() - started) / 1000, ...outcome }
}

/** @param {string} note */
function failure(note) {
  return { verdict: /** @type {const} */ ('failed'), counts: { ...none(), failed: 1 }, note }
}

/**
 * @param {import('./stages.mjs').Stage} stage
 * @returns {Promise<Omit<Outcome, 'title' | 'seconds'>>}
 */
async function attempt(stage) {
  const absent = absentParts(stage)
  if (absent.length > 0) return { verdict: 'absent', counts: none(), note: `there is no ${absent.join(', ')} yet` }
  mkdirSync(REPORTS, { recursive: true })
  if (stage.report) rmSync(stage.report.file, { force: true })
  const codes = await withDisplay(stage, async (env) => {
    const list = []
    for (const command of stage.commands) {
      list.push(await runVisibly(command.command, command.args, { env: { ...env, ...command.env } }))
    }
    return list
  })
  return verdict(stage, codes.find((code) => code !== 0) ?? 0)
}

/**
 * @template Result
 * @param {import('./stages.mjs').Stage} stage
 * @param {(env: NodeJS.ProcessEnv) => Promise<Result>} work
 */
async function withDisplay(stage, work) {
  if (!stage.display) return work(process.env)
  const { env } = resolveElectron()
  if (process.platform !== 'linux') return work(env)
  // Even where there is a desktop: the windows of a test must neither take its focus nor depend on it.
  const display = await startXvfb()
  try {
    return await work({ ...env, DISPLAY: display.display, WAYLAND_DISPLAY: undefined })
  } finally {
    await display.stop()
  }
}

/**
 * @param {import('./stages.mjs').Stage} stage
 * @param {number} code
 * @returns {Omit<Outcome, 'title' | 'seconds'>}
 */
function verdict(stage, code) {
  if (!stage.report) {
    if (code !== 0) return failure(`exit code ${code}`)
    return { verdict: 'passed', counts: { ...none(), passed: stage.preparation ? 0 : 1 } }
  }
  if (!existsSync(stage.report.file)) return failure(`exit code ${code}, and no report of its tests`)
  const counts = stage.report.count(readFileSync(stage.report.file, 'utf8'))
  if (code === 0 && counts.passed === 0) return failure('it ran no test')
  if (code === 0 && counts.failed === 0) return { verdict: 'passed', counts }
  // A runner can fail without a failed test: a teardown that broke, a threshold that was missed.
  return { verdict: 'failed', counts: { ...counts, failed: Math.max(1, counts.failed) }, note: `exit code ${code}` }
}
