import { mkdirSync, rmSync } from 'node:fs'
import { BootstrapError, CommandError } from '../bootstrap/lib/errors.mjs'
import { VENV_PYTHON } from '../bootstrap/lib/paths.mjs'
import { run } from '../bootstrap/lib/run.mjs'

export const STRATEGIES = /** @type {const} */ (['bundled', 'none', 'hybrid'])

/** @typedef {typeof STRATEGIES[number]} Strategy */

/**
 * The read-only layer of models, by the command that packagers use (docs/MODELS.md).
 * @param {string} models
 * @param {Strategy} strategy
 */
export async function makeModels(models, strategy) {
  rmSync(models, { recursive: true, force: true })
  mkdirSync(models, { recursive: true })
  try {
    await run(VENV_PYTHON, ['-m', 'scripts.models', 'bundle', '--strategy', strategy, '--into', models], { guarded: true })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new BootstrapError(`The models of strategy ${strategy} could not be put together.\n${error.tail(4)}`, 'The lines above name the model; "npm run models" provides what can be had here.')
  }
}
