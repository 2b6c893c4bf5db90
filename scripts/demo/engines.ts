/** Which models this machine has, and what the application does without the others. */
import type { Page } from '@playwright/test'
import type { ModelId } from '../../electron/contract/generated/contract'
import { missingModels, snapshot } from '../../test/support/library-status'
import { watch } from '../../test/support/patience'

export interface MissingModel {
  id: ModelId
  name: string
  without: string
}

const models: Record<ModelId, Omit<MissingModel, 'id'>> = {
  minilm: { name: 'MiniLM', without: 'search goes by words only' },
  'whisper-base': { name: 'Whisper', without: 'recordings wait, and are transcribed when it arrives' },
  yamnet: { name: 'YAMNet', without: 'speech is searchable, sounds are not' },
}

/** Waits until search by meaning takes part, if it can; returns the models that are not here. */
export async function waitForEngines(window: Page): Promise<MissingModel[]> {
  const missing = await missingModels(window)
  const { engines } = await watch({
    what: 'loading the models',
    look: () => snapshot(window),
    done: (seen) => seen.engines.every(({ engine, state }) => engine !== 'minilm' || (state !== 'loading' && state !== 'unloaded')),
    sign: (seen) => JSON.stringify(seen.engines),
    silence: 180,
  })
  const broken = engines.find((engine) => engine.state === 'failed')
  if (broken) throw new Error(`${models[broken.engine].name} is here but cannot be loaded: ${broken.problem?.message ?? 'no reason given'}`)
  return missing.map((id) => ({ id, ...models[id] }))
}
