import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run } from '../../bootstrap/lib/run.mjs'
import { byteCompile, writeRecords } from './byte-code.mjs'
import { linkDuplicates } from './duplicates.mjs'
import { replaceGplEncoders } from './encoders.mjs'
import { copyInterpreter, machineInterpreter } from './interpreter.mjs'
import { interpreterIn, PATH_FILE } from './layout.mjs'
import { bundleLibraries, keepLicences } from './libraries.mjs'
import { installPackages } from './packages.mjs'
import { unpackStandalone } from './standalone.mjs'
import { dropSymbols } from './symbols.mjs'

/**
 * Where the interpreter comes from: this machine's CPython 3.11, or python-build-standalone.
 * @typedef {'machine' | 'standalone'} Base
 */

// pip names all packages on its last line.
const LINE = 120

/** @returns {Base} */
export function usualBase() {
  return process.platform === 'linux' ? 'machine' : 'standalone'
}

/**
 * Make the installed app's own Python: interpreter, standard library, the packages of the runtime lock, all byte-compiled;
 * it runs from any folder, isolated (`-I`), and finds `backend` beside itself.
 * @param {string} python is replaced
 * @param {Base} base
 * @param {import('../../bootstrap/lib/report.mjs').StepReport} report
 */
export async function makePython(python, base, report) {
  rmSync(python, { recursive: true, force: true })
  mkdirSync(python, { recursive: true })
  report.progress('the interpreter')
  if (base === 'machine') {
    copyInterpreter(await machineInterpreter(), python)
    await keepLicences(await bundleLibraries(python), join(python, 'licenses'))
  } else {
    await unpackStandalone(python)
  }
  const interpreter = interpreterIn(python)
  const site = await sitePackages(interpreter)
  await installPackages(site, (line) => line.startsWith('WARNING') || report.progress(line.slice(0, LINE)))
  report.progress('replacing encoders under the GPL')
  for (const name of await replaceGplEncoders(site)) report.note(`${name} (GPL) is replaced by an empty library: the app encodes nothing.`)
  if (process.platform === 'linux') {
    linkDuplicates(site)
    report.progress('dropping symbols')
    report.note(`${Math.round((await dropSymbols(site)) / 1e6)} MB of symbols for debuggers are left out.`)
  }
  // Under -I neither the current folder nor the environment says where modules are: the app's own code lies beside this Python.
  writeFileSync(join(site, PATH_FILE), `${relative(site, join(python, '..'))}\n`)
  await writeRecords(interpreter, python)
  report.progress('byte-compiling')
  await byteCompile(interpreter, python, (line) => report.note(line))
}

/**
 * Where this interpreter looks for packages: Debian's looks elsewhere than python.org's.
 * @param {string} interpreter
 */
async function sitePackages(interpreter) {
  const site = (await run(interpreter, ['-I', '-B', '-c', 'import site; print(site.getsitepackages()[-1])'])).trim()
  mkdirSync(site, { recursive: true })
  return site
}
