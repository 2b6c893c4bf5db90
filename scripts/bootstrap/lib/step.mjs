import { StepReport } from './report.mjs'
import { readStamp, removeStamp, writeStamp } from './stamps.mjs'

/**
 * One thing that has to be there before the program runs.
 *
 * `inputs` is the digest of what it depends on; when it is the stamped one and `holds` still finds the outcome, the step
 * is skipped. A step without `inputs` looks for itself, cheaply, every time. `perform` returns what to tell about it, or
 * `undefined` when there was nothing to do.
 * @typedef {object} Step
 * @property {string} id
 * @property {string} title
 * @property {() => string} [inputs]
 * @property {() => boolean} [holds]
 * @property {(report: StepReport) => Promise<string | undefined>} perform
 */

/** @param {Step} step */
export async function carryOut(step) {
  const report = new StepReport(step.title)
  try {
    const digest = step.inputs?.()
    if (digest !== undefined && readStamp(step.id) === digest && step.holds?.() !== false) {
      report.close('unchanged')
      return
    }
    removeStamp(step.id)
    const detail = await step.perform(report)
    if (digest !== undefined) writeStamp(step.id, digest)
    report.close(detail === undefined ? 'unchanged' : 'done', detail)
  } catch (error) {
    report.close('failed')
    throw error
  }
}
