import { existsSync } from 'node:fs'
import { BootstrapError } from '../bootstrap/lib/errors.mjs'
import { readRuntime } from './runtime.mjs'

/**
 * Everything a script needs to start Electron.
 *
 * - `env`: this process's environment with the variables by which electron-vite and Electron's own tools find it
 * - `args`: arguments Electron needs on this machine, before the application's own
 * - `hasDisplay`: whether a window can be shown to the person who started this
 * @typedef {{ executable: string, version: string, source: string, env: NodeJS.ProcessEnv, args: string[], hasDisplay: boolean }} ElectronCommand
 */

/**
 * The Electron that the bootstrap provided.
 * @returns {ElectronCommand}
 * @throws {BootstrapError} when there is none yet
 */
export function resolveElectron() {
  const runtime = readRuntime()
  if (!runtime || !existsSync(runtime.executable)) {
    throw new BootstrapError('There is no Electron runtime yet.', 'npm run bootstrap')
  }
  return {
    executable: runtime.executable,
    version: runtime.version,
    source: runtime.source,
    env: { ...process.env, ELECTRON_EXEC_PATH: runtime.executable, ELECTRON_OVERRIDE_DIST_PATH: runtime.dist },
    // Chromium refuses to sandbox when it is run by root.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    hasDisplay: hasDisplay(),
  }
}

export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}
