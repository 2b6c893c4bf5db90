import { parseArgs } from 'node:util'
import { resolve } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { STRATEGIES } from './models.mjs'
import { usualBase } from './python/runtime.mjs'
import { parseReleaseAddress } from './release-address.mjs'

const TARGETS = /** @type {const} */ ({
  linux: ['dir', 'tar.gz', 'AppImage', 'deb'],
  win32: ['dir', 'nsis', 'zip'],
  darwin: ['dir', 'dmg', 'zip'],
})

export const USAGE = `npm run package -- [options]

  --models bundled|none|hybrid   models that the app brings along (hybrid: MiniLM)
  --target ${TARGETS.linux.join('|')}    more than one: repeat it, or join with commas; dir is always made
                                 (Windows: ${TARGETS.win32.join(', ')}; macOS: ${TARGETS.darwin.join(', ')})
  --out DIR                      where the results go (dist)
  --python machine|standalone    this machine's CPython 3.11, or python-build-standalone
  --platform linux|win32|darwin  another system than this: its unpacked app without a Python, to look at, not to run
  --release-address URL          where newer versions will lie (docs/UPDATES.md); without it the app looks for none
  --release                      compressed as far as it goes
  --check-reproducible           everything twice, then compare every byte`

/**
 * @typedef {'linux' | 'win32' | 'darwin'} System
 * @typedef {Exclude<System, 'linux'>} Foreign one that an app can be put together for on Linux, as far as that goes
 * @typedef {{ models: import('./models.mjs').Strategy, targets: string[], out: string, python: import('./python/runtime.mjs').Base, platform: System, releaseAddress: string | undefined, release: boolean, checkReproducible: boolean }} PackageOptions
 */

/**
 * @param {string[]} args
 * @returns {PackageOptions | 'help'}
 */
export function parsePackageOptions(args) {
  const { values } = readable(args)
  if (values.help) return 'help'
  const platform = oneOf('platform', values.platform ?? process.platform, /** @type {System[]} */ (Object.keys(TARGETS)))
  const named = (values.target ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '')
  const known = /** @type {readonly string[]} */ (TARGETS[platform])
  const targets = named.map((target) => oneOf('target', target, known))
  return {
    models: oneOf('models', values.models ?? 'hybrid', STRATEGIES),
    targets: [...new Set(['dir', ...targets])],
    out: resolve(ROOT, values.out ?? 'dist'),
    python: oneOf('python', values.python ?? usualBase(), /** @type {const} */ (['machine', 'standalone'])),
    platform,
    releaseAddress: parseReleaseAddress(values['release-address']),
    release: values.release ?? false,
    checkReproducible: values['check-reproducible'] ?? false,
  }
}

/**
 * The system that an app is for when that is not this one.
 * @param {PackageOptions} options
 * @returns {Foreign | undefined}
 */
export function foreignSystem({ platform, targets, checkReproducible }) {
  if (platform === process.platform) return undefined
  if (platform === 'linux' || process.platform !== 'linux') throw new BootstrapError(`An app for ${platform} cannot be put together on ${process.platform}.`, `Run it on ${platform}.`)
  if (targets.some((target) => target !== 'dir') || checkReproducible) {
    throw new BootstrapError(`On ${process.platform} an app for ${platform} is made unpacked and once.`, `Leave out --target and --check-reproducible, or run it on ${platform}.`)
  }
  return platform
}

/** @param {string[]} args */
function readable(args) {
  try {
    return parseArgs({
      args,
      options: {
        models: { type: 'string' },
        target: { type: 'string', multiple: true },
        out: { type: 'string' },
        python: { type: 'string' },
        platform: { type: 'string' },
        'release-address': { type: 'string' },
        release: { type: 'boolean' },
        'check-reproducible': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new BootstrapError(error instanceof Error ? error.message : String(error), USAGE)
  }
}

/**
 * @template {string} Choice
 * @param {string} name
 * @param {string} value
 * @param {readonly Choice[]} choices
 * @returns {Choice}
 */
function oneOf(name, value, choices) {
  const choice = choices.find((each) => each === value)
  if (choice === undefined) throw new BootstrapError(`--${name} ${value} is not known.`, `One of: ${choices.join(', ')}.`)
  return choice
}
