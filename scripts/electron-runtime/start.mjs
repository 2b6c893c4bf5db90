import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { runVisibly } from '../bootstrap/lib/run.mjs'
import { resolveElectron } from './resolve.mjs'

// `npm start -- --offline` and the like: whatever follows goes to the application.
const applicationArgs = process.argv.slice(2)

try {
  const electron = resolveElectron()
  if (!electron.hasDisplay) {
    throw new BootstrapError(
      'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be shown.',
      'Start it in a desktop session. "npm run demo" shows the program at work without one.',
    )
  }
  process.exitCode = await runVisibly(electron.executable, [...electron.args, '.', ...applicationArgs], { env: electron.env })
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error
  console.error(`${error.message}\nWhat to do: ${error.nextStep}`)
  process.exitCode = 1
}
