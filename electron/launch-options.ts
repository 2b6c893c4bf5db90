import path from 'node:path'
import { parseArgs } from 'node:util'

export interface LaunchOptions {
  offline: boolean
  /** Absolute, or null for the usual place. */
  modelsDirectory: string | null
  dataDirectory: string | null
}

/** A sentence for a person at a terminal. */
export class LaunchOptionsError extends Error {}

function directory(name: string, value: unknown, cwd: string): string | null {
  if (value === undefined) return null
  if (typeof value !== 'string' || value === '' || value.startsWith('-')) throw new LaunchOptionsError(`--${name} needs a folder: --${name} <folder>`)
  if (value.includes('\0')) throw new LaunchOptionsError(`--${name} is not the name of a folder.`)
  return path.resolve(cwd, value)
}

/** `args` without the program. Chromium and Electron have flags of their own on the same line: what is not ours is left alone. */
export function parseLaunchOptions(args: readonly string[], cwd: string): LaunchOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: { offline: { type: 'boolean' }, 'models-dir': { type: 'string' }, 'data-dir': { type: 'string' } },
  })
  if (typeof values.offline === 'string') throw new LaunchOptionsError('--offline takes no value.')
  return {
    offline: values.offline ?? false,
    modelsDirectory: directory('models-dir', values['models-dir'], cwd),
    dataDirectory: directory('data-dir', values['data-dir'], cwd),
  }
}
