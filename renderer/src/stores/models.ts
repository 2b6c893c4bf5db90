import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { ImportSummary, ModelEntry, ModelId, RelayEvent } from '@/contract'
import { i18n } from '@/i18n'
import { models as known } from '@/lib/models'
import { command } from '@/services/bridge'
import { attempt } from './attempt'
import { useConnectionStore } from './connection'
import { useNoticeStore } from './notices'
import { useViewStore } from './view'

/** The models on this computer, and what can be done with them. */
export const useModelsStore = defineStore('models', () => {
  const connection = useConnectionStore()
  const notices = useNoticeStore()
  const view = useViewStore()
  const { t } = i18n.global

  const entries = computed(() => connection.state.models)
  const exporting = computed(() => connection.state.modelExport)
  const missing = computed(() => entries.value.filter(({ status }) => status !== null && status.state !== 'present'))
  const present = computed(() => entries.value.filter(({ status }) => status?.state === 'present'))
  const downloading = computed(() => entries.value.filter(({ work }) => work === 'download' || work === 'import'))
  /** Models whose every byte was read and right, until something else is done with them. */
  const checked = ref<ReadonlySet<ModelId>>(new Set<ModelId>())
  const checking = new Set<ModelId>()

  function entry(model: ModelId): ModelEntry | null {
    return entries.value.find((candidate) => candidate.model === model) ?? null
  }

  connection.onEvent((event) => {
    if (event.type === 'model-work-changed') noteCheck(event)
    if (event.type !== 'model-download-ended') return
    if (event.outcome === 'installed') notices.say(t(`models.arrived.${event.model}`))
    else if (event.problem && view.current !== 'models') notices.say(event.problem.message, { action: { label: t('models.show'), run: () => view.show('models') } })
  })

  function noteCheck({ model, work, failure }: Extract<RelayEvent, { type: 'model-work-changed' }>): void {
    if (work === 'verify') checking.add(model)
    const right = work === null && failure === null && checking.has(model) && entry(model)?.status?.state === 'present'
    if (work === null) checking.delete(model)
    const others = [...checked.value].filter((other) => other !== model)
    checked.value = new Set(right ? [...others, model] : others)
  }

  const look = (): Promise<null> => attempt(() => command('models:look'))
  const download = (model: ModelId): Promise<null> => attempt(() => command('models:download', { model }))
  const cancel = (model: ModelId): Promise<null> => attempt(() => command('models:cancel', { model }))
  const verify = (model: ModelId): Promise<null> => attempt(() => command('models:verify', { model }))
  const remove = (model: ModelId): Promise<null> => attempt(() => command('models:remove', { model }))
  const cancelExport = (): Promise<null> => attempt(() => command('models:cancel-export'))

  async function downloadAll(): Promise<void> {
    await Promise.all(missing.value.filter(({ work }) => work === null).map(({ model }) => download(model)))
  }

  async function chooseImport(kind: 'file' | 'folder'): Promise<void> {
    tell(await attempt(() => command('models:choose-import', { kind })))
  }

  async function importPath(path: string): Promise<void> {
    tell(await attempt(() => command('models:import', { path })))
  }

  /** What arrived has its own notice, and what failed stands on its card. */
  function tell(summary: ImportSummary | null): void {
    if (summary && summary.failed.length > 0) notices.say(t('models.importFailed', { names: summary.failed.map((model) => known[model].name).join(', ') }))
  }

  async function chooseExport(): Promise<void> {
    const file = await attempt(() => command('models:choose-export', { models: present.value.map(({ model }) => model) }))
    if (file !== null) notices.say(t('models.exported', { file }))
  }

  return {
    entries, exporting, missing, present, downloading, checked, entry,
    look, download, downloadAll, cancel, verify, remove, chooseImport, importPath, chooseExport, cancelExport,
  }
})
