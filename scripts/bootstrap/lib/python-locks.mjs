import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

/** What pip needs to build a source distribution, what the program runs with, and what its tests need beside that. */
export const LOCKS = /** @type {const} */ (['build', 'runtime', 'dev'])

/** @typedef {typeof LOCKS[number]} LockName */

/** @param {LockName | 'package'} name the last: what only packaging runs, fetched by it and kept out of the environment */
export function lockPath(name) {
  return join('backend', 'locks', `${name}.txt`)
}

/** The names that the locks pin, whatever platform they are for. */
export function lockedNames() {
  const lines = LOCKS.flatMap((name) => readFileSync(join(ROOT, lockPath(name)), 'utf8').split('\n'))
  return new Set(lines.map((line) => /^([a-z0-9][a-z0-9._-]*)==/.exec(line)?.[1]).filter((name) => name !== undefined))
}
