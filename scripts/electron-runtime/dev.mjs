import { join } from 'node:path'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { ROOT } from '../bootstrap/lib/paths.mjs'
import { runVisibly } from '../bootstrap/lib/run.mjs'
import { resolveElectron } from './resolve.mjs'
import { startXvfb } from './xvfb.mjs'

const ELECTRON_VITE = join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')

try {
  const electron = resolveElectron()
  const display = electron.hasDisplay ? undefined : await startXvfb()
  if (display) console.log(`There is no display; the window is on a private one, ${display.display}.`)
  try {
    const env = display ? { ...electron.env, DISPLAY: display.display } : electron.env
    const args = ['dev', '--watch', ...(electron.args.includes('--no-sandbox') ? ['--noSandbox'] : []), ...process.argv.slice(2)]
    process.exitCode = await runVisibly(process.execPath, [ELECTRON_VITE, ...args], { env })
  } finally {
    await display?.stop()
  }
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error
  console.error(`${error.message}\nWhat to do: ${error.nextStep}`)
  process.exitCode = 1
}
