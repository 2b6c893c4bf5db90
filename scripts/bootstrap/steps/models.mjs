import { BootstrapError, CommandError } from '../lib/errors.mjs'
import { isUnreachable } from '../lib/network.mjs'
import { VENV_PYTHON } from '../lib/paths.mjs'
import { run } from '../lib/run.mjs'

/** @type {import('../lib/step.mjs').Step} */
export const models = {
  id: 'models',
  title: 'Models',
  async perform(report) {
    /** @type {string[]} */
    const installed = []
    try {
      await run(VENV_PYTHON, ['-m', 'scripts.models'], {
        guarded: true,
        onLine(line) {
          report.progress(line.trim())
          if (/: (missing|damaged)/.test(line)) report.note(line.trim())
          if (line.includes(': installed')) installed.push(line.trim())
        },
      })
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      const nextStep = isUnreachable(error)
        ? 'Connect to the network, or configure a mirror for pip, and run the same command again; what is done is kept.'
        : 'Run "npm run models" for the whole of it.'
      throw new BootstrapError(error.tail(12), nextStep)
    }
    return installed.length > 0 ? installed.join('; ') : undefined
  },
}
