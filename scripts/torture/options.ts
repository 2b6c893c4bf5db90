/** The command line of `npm run torture`. */
import { parseArgs } from 'node:util'

export interface TortureOptions {
  faults: number
  files: number
  seed: number
  /** Only faults whose name contains this; empty for all. */
  only: string
  /** The data directory and the files stay, whatever comes of it. */
  keep: boolean
}

/** A sentence for a person at a terminal. */
export class UsageError extends Error {}

const usage = 'npm run torture -- [--faults 200] [--files 300] [--seed N] [--only TEXT] [--keep]'
const FEWEST_FILES = 15

/** Throws UsageError. */
export function parseOptions(args: string[], someSeed: number): TortureOptions {
  const { values } = parse(args)
  return {
    faults: wholeNumber('faults', values.faults ?? '200', 1),
    files: wholeNumber('files', values.files ?? '300', FEWEST_FILES),
    seed: wholeNumber('seed', values.seed ?? String(someSeed), 0),
    only: values.only ?? '',
    keep: values.keep ?? false,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        faults: { type: 'string' },
        files: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string' },
        keep: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${name} takes a whole number from ${least}, not "${text}".\n${usage}`)
  }
  return value
}
