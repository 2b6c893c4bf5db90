import { join, resolve } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { installWithNpm } from './npm-installer.mjs'
import { recordRuntime, runtimeIn } from './runtime.mjs'
import { provideStandIn } from './stand-in.mjs'

/** @typedef {import('./runtime.mjs').Runtime} Runtime */

/**
 * Find or fetch an Electron, record it, and say on the way why a better one was not taken.
 * @param {import('../bootstrap/lib/report.mjs').StepReport} report
 * @returns {Promise<Runtime>}
 */
export async function provide(report) {
  const runtime = overridden() ?? fromNpm() ?? (await installed(report)) ?? (await provideStandIn(report))
  recordRuntime(runtime)
  return runtime
}

/** @returns {Runtime | undefined} */
function overridden() {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (!dist) return undefined
  const runtime = runtimeIn(resolve(dist), 'ELECTRON_OVERRIDE_DIST_PATH')
  if (runtime) return runtime
  throw new BootstrapError(
    `ELECTRON_OVERRIDE_DIST_PATH names ${dist}, and there is no Electron distribution.`,
    'Unset it, or let it name a folder that holds the Electron executable and its "version" file.',
  )
}

const NPM_DIST = join(ROOT, 'node_modules', 'electron', 'dist')

function fromNpm() {
  return runtimeIn(NPM_DIST, "the npm package's own distribution")
}

/** @param {import('../bootstrap/lib/report.mjs').StepReport} report */
async function installed(report) {
  const refusal = await installWithNpm(report)
  if (refusal === undefined) return fromNpm()
  report.note(`npm's Electron was not taken: ${refusal}`)
  return undefined
}
