import { readFileSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import * as v from 'valibot'
import { writeAtomically } from './atomic-file'
import type { Problem } from './contract/generated/events'
import { settingsSchema, type IpcArgument, type Settings } from './contract/ipc'
import { messageOf, problem, ProblemError } from './problem'

export const defaultSettings: Settings = { welcomed: false, appearance: 'system', language: 'system', offline: false, updates: true }

type SettingsChange = IpcArgument<'settings:update'>

function merge(settings: Settings, change: SettingsChange): Settings {
  return {
    welcomed: change.welcomed ?? settings.welcomed,
    appearance: change.appearance ?? settings.appearance,
    language: change.language ?? settings.language,
    offline: change.offline ?? settings.offline,
    updates: change.updates ?? settings.updates,
  }
}

export class SettingsStore {
  private constructor(
    private readonly file: string,
    private current: Settings,
    /** What a person should know about the reading of the file. */
    readonly problem: Problem | null,
  ) {}

  static async load(file: string): Promise<SettingsStore> {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new SettingsStore(file, defaultSettings, null)
      const unreadable = problem('settings-unreadable', 'The settings could not be read. The usual ones are used.', { detail: messageOf(error) })
      return new SettingsStore(file, defaultSettings, unreadable)
    }
    const settings = parse(text)
    if (settings !== null) return new SettingsStore(file, settings, null)
    return new SettingsStore(file, defaultSettings, await keepAside(file))
  }

  get(): Settings {
    return this.current
  }

  async update(change: SettingsChange): Promise<Settings> {
    const next = merge(this.current, change)
    try {
      await writeAtomically(this.file, JSON.stringify(next, null, 2) + '\n')
    } catch (error) {
      throw new ProblemError(
        problem('settings-not-saved', 'The settings could not be saved.', { nextStep: 'Check that the disk is not full.', detail: messageOf(error) }),
      )
    }
    this.current = next
    return next
  }
}

/** The language that was chosen, for whoever may change nothing yet, not even a damaged file. */
export function chosenLanguage(file: string): Settings['language'] {
  try {
    return parse(readFileSync(file, 'utf8'))?.language ?? defaultSettings.language
  } catch {
    return defaultSettings.language
  }
}

/** Settings that a later or an earlier version does not know are left out; a wrong value is damage. */
function parse(text: string): Settings | null {
  try {
    const parsed = v.safeParse(v.partial(settingsSchema), JSON.parse(text))
    return parsed.success ? merge(defaultSettings, parsed.output) : null
  } catch {
    return null
  }
}

async function keepAside(file: string): Promise<Problem> {
  const aside = `${file}.damaged-${Date.now()}`
  const message = 'The settings file was damaged. The usual settings are used.'
  try {
    await rename(file, aside)
    return problem('settings-damaged', message, { nextStep: 'Choose your settings again.', detail: `The damaged file was kept as ${aside}` })
  } catch (error) {
    return problem('settings-damaged', message, { detail: messageOf(error) })
  }
}
