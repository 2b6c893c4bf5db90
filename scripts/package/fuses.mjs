import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'

/** @typedef {Record<string, boolean>} Fuses by electron-builder's names */

/**
 * The stated fuses that an Electron has: an older one, such as the stand-in, lacks some, and setting them would fail.
 * @param {Fuses} stated
 * @param {string} program Electron's own
 * @returns {Promise<{ present: Fuses, absent: string[] }>}
 */
export async function fusesOf(stated, program) {
  const wire = /** @type {Record<number, unknown>} */ (/** @type {unknown} */ (await getCurrentFuseWire(program)))
  const isPresent = (/** @type {string} */ name) => {
    const key = /** @type {keyof typeof FuseV1Options} */ (name.replace(/^./, (first) => first.toUpperCase()))
    return wire[FuseV1Options[key]] !== undefined
  }
  return {
    present: Object.fromEntries(Object.entries(stated).filter(([name]) => isPresent(name))),
    absent: Object.keys(stated).filter((name) => !isPresent(name)),
  }
}
