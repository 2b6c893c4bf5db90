import { request } from 'node:https'
import { join } from 'node:path'
import { CommandError } from '../bootstrap/lib/errors.mjs'
import { readJson } from '../bootstrap/lib/json.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { run } from '../bootstrap/lib/run.mjs'

const PACKAGE = join(ROOT, 'node_modules', 'electron')
const OLDEST_NODE = [22, 12]
const PROBE_MILLISECONDS = 4000
const RELEASES = 'https://github.com/electron/electron/releases/'

/**
 * Let npm's package fetch the distribution it belongs to.
 * @param {import('../bootstrap/lib/report.mjs').StepReport} report
 * @returns {Promise<string | undefined>} why it was not done, or undefined when it was
 */
export async function installWithNpm(report) {
  if (process.env['ELECTRON_SKIP_BINARY_DOWNLOAD']) return 'ELECTRON_SKIP_BINARY_DOWNLOAD is set'
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = OLDEST_NODE
  if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
    return `its installer needs Node ${OLDEST_NODE.join('.')}, this is ${process.versions.node}`
  }
  const host = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror'] ?? RELEASES
  report.progress(`asking ${new URL(host).host}`)
  if (!(await answers(host))) return `${new URL(host).host} does not answer`
  const { version } = /** @type {{ version: string }} */ (readJson(join(PACKAGE, 'package.json')))
  report.progress(`downloading Electron ${version}`)
  try {
    await run(process.execPath, [join(PACKAGE, 'install.js')])
    return undefined
  } catch (error) {
    if (error instanceof CommandError) return `its installer failed: ${error.tail(3)}`
    throw error
  }
}

/**
 * Whether a server is there at all. The installer itself retries for minutes before it says that none is.
 * @param {string} url
 * @returns {Promise<boolean>}
 */
function answers(url) {
  return new Promise((resolve) => {
    const probe = request(url, { method: 'HEAD', timeout: PROBE_MILLISECONDS }, (response) => {
      response.resume()
      resolve((response.statusCode ?? 500) < 400)
    })
    probe.on('timeout', () => probe.destroy(new Error('timed out')))
    probe.on('error', () => resolve(false))
    probe.end()
  })
}
