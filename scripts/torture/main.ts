/**
 * `npm run torture`: random faults over the indexing of real files by the real application. Exits 0 only when every file is
 * indexed exactly once in the end, no process is left and nothing has grown.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { workFolder } from '../../test/support/checkout'
import { openDisplay } from '../../test/support/display'
import { runAndCleanUp, type OnCleanUp } from '../demo/clean-up'
import { dim, heading, say, step } from '../demo/terminal'
import { parseOptions, UsageError, type TortureOptions } from './options'
import { complaints, print } from './report'
import { Scene } from './scene'
import { soak, type Teller } from './soak'

function tellerInto(log: string): Teller {
  const note = (text: string): void => appendFileSync(log, `${new Date().toISOString()} ${stripVTControlCharacters(text)}\n`)
  return {
    note,
    heading: (text) => {
      note(text)
      heading(text)
    },
    step: (text) => {
      note(text)
      step(text)
    },
  }
}

async function torture(options: TortureOptions, onCleanUp: OnCleanUp): Promise<boolean> {
  const logs = path.join(workFolder, 'torture')
  mkdirSync(logs, { recursive: true })
  const log = path.join(logs, `seed-${options.seed}.log`)
  writeFileSync(log, '')
  const teller = tellerInto(log)
  const base = await mkdtemp(path.join(tmpdir(), 'contentcache-torture-'))
  let keep = options.keep
  onCleanUp(async () => {
    if (keep) say(`Kept: ${base}, with the files and the data directory and its logs`)
    else await rm(base, { recursive: true, force: true, maxRetries: 5 })
  })
  const display = await openDisplay()
  onCleanUp(() => display.end())
  const scene = new Scene({ display: display.name, base, files: options.files })
  onCleanUp(() => scene.end())
  try {
    const report = await soak(scene, options, teller)
    const wrong = complaints(report, options.faults)
    keep ||= wrong.length > 0
    for (const text of wrong) teller.note(text)
    print(report, wrong)
    return wrong.length === 0
  } catch (error) {
    // Whoever ends it by Ctrl-C wants nothing to stay; the application, ended under it, is no failure.
    keep ||= !onCleanUp.isCleaning()
    teller.note(error instanceof Error ? (error.stack ?? error.message) : String(error))
    throw error
  } finally {
    say(dim(`Everything that was done: ${log}. Again with --seed ${options.seed}.`))
  }
}

try {
  const options = parseOptions(process.argv.slice(2), Date.now() % 1_000_000)
  void runAndCleanUp((onCleanUp) => torture(options, onCleanUp))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = 2
}
