import { lstatSync } from 'node:fs'
import { run } from '../../bootstrap/lib/run.mjs'
import { elfFiles } from '../lib/elf.mjs'

/** Smaller ones have nothing to tell of. */
const SMALLEST = 1 << 20

/**
 * Drop what only debuggers and linkers read from the large libraries of packages, as distributions do: TensorFlow alone brings 200 MB of it. What auditwheel
 * gathered in `*.libs` was written anew by patchelf and stays as it is: older versions of the two together leave a library that does not load.
 * @param {string} site
 * @returns {Promise<number>} bytes
 */
export async function dropSymbols(site) {
  let dropped = 0
  for (const file of elfFiles(site)) {
    const { size } = lstatSync(file)
    if (size < SMALLEST || file.includes('.libs/')) continue
    await run('strip', ['--strip-unneeded', file])
    dropped += size - lstatSync(file).size
  }
  return dropped
}
