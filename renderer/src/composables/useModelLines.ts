import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ModelId } from '@/contract'
import { modelIds, models as known } from '@/lib/models'
import { useModelsStore } from '@/stores/models'
import { useFormat } from './useFormat'

export interface ModelLine {
  model: ModelId
  text: string
}

/** "12 recordings wait for Whisper (139 MB)." for each model that files wait for, until that model is there. */
export function useModelLines(waitingFor: ComputedRef<Partial<Record<ModelId, number>>>): ComputedRef<ModelLine[]> {
  const { t } = useI18n()
  const { number, bytes } = useFormat()
  const models = useModelsStore()
  return computed(() =>
    modelIds.flatMap((model) => {
      const count = waitingFor.value[model] ?? 0
      if (count === 0 || models.entry(model)?.status?.state === 'present') return []
      const words = { count: number(count), model: known[model].name, size: bytes(known[model].bytes) }
      return [{ model, text: t(`unsearchable.${model}`, words, count) }]
    }),
  )
}
