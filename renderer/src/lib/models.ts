import type { ModelId } from '../contract'

/** Download sizes in bytes (a test holds them equal to backend/models/manifest.json); names are proper nouns and stay untranslated. */
export const models: Record<ModelId, { name: string; bytes: number }> = {
  minilm: { name: 'MiniLM', bytes: 91_567_913 },
  'whisper-base': { name: 'Whisper', bytes: 145_262_807 },
  yamnet: { name: 'YAMNet', bytes: 18_275_381 },
}

export const modelIds = Object.keys(models) as ModelId[]
