import path from 'node:path'
import { parseArgs } from 'node:util'

export interface EraseOptions {
  /** Nobody is asked any more. */
  confirmed: boolean
  /** What became of it is told in a dialog: for the app that starts itself again to do it. */
  inDialog: boolean
}

export interface LaunchOptions {
  offline: boolean
  /** Absolute, or null for the usual place. */
  modelsDirectory: string | null
  dataDirectory: string | null
  /** Null: the app is started as always. */
  erase: EraseOptions | null
}

/** With these the app starts itself again, to erase what it has open until then. */
export const eraseFlags = ['--erase-everything', '--yes', '--tell-in-dialog'] as const

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
    options: {
      ...{ offline: { type: 'boolean' }, 'models-dir': { type: 'string' }, 'data-dir': { type: 'string' } },
      ...{ 'erase-everything': { type: 'boolean' }, yes: { type: 'boolean' }, 'tell-in-dialog': { type: 'boolean' } },
    },
  })
  for (const name of ['offline', 'erase-everything', 'yes'] as const) {
    if (typeof values[name] === 'string') throw new LaunchOptionsError(`--${name} takes no value.`)
  }
  return {
    offline: values.offline === true,
    modelsDirectory: directory('models-dir', values['models-dir'], cwd),
    dataDirectory: directory('data-dir', values['data-dir'], cwd),
    erase: values['erase-everything'] === true ? { confirmed: values.yes === true, inDialog: values['tell-in-dialog'] === true } : null,
  }
}
