import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BootstrapError, CommandError } from '../lib/errors.mjs'
import { ROOT } from '../lib/paths.mjs'
import { run } from '../lib/run.mjs'
import { digestOf } from '../lib/stamps.mjs'

const CONFIG = 'electron.vite.config.ts'
const INPUTS = [CONFIG, 'electron', 'renderer', 'package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.electron.json', 'tsconfig.renderer.json']

/** @type {import('../lib/step.mjs').Step} */
export const build = {
  id: 'build',
  title: 'Build of the shell',
  inputs: () => digestOf({ paths: INPUTS }),
  holds: () => existsSync(join(ROOT, 'out', 'main', 'main.js')),
  async perform(report) {
    if (!existsSync(join(ROOT, CONFIG))) {
      throw new BootstrapError(`${CONFIG} is not there, so nothing can be built.`, 'Check out the whole repository.')
    }
    try {
      await run(process.execPath, [join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
        onLine: (line) => report.progress(line),
      })
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      throw new BootstrapError(`electron-vite could not build the shell.\n${error.tail(30)}`, 'Mend what the lines above name.')
    }
    return 'out/'
  },
}
