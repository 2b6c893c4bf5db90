import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { ImportSummary, ModelEntry, ModelId, RelayEvent } from '@/contract'
import { i18n } from '@/i18n'
import { models as known } from '@/lib/models'
import { isolated } from '@/lib/readable'
import { command } from '@/services/bridge'
import { attempt } from './attempt'
import { useConnectionStore } from './connection'
import { useNoticeStore } from './notices'
import { useViewStore } from './view'
import { useWelcomeStore } from './welcome'

type WorkChanged = Extract<RelayEvent, { type: 'model-work-changed' }>
type Ended = Extract<RelayEvent, { type: 'model-download-ended' }>

const isPresent = (entry: ModelEntry | null): boolean => entry?.status?.state === 'present'
const namesOf = (ids: readonly ModelId[]): string => ids.map((id) => known[id].name).join(', ')

/** The models on this computer, and what can be done with them. */
export const useModelsStore = defineStore('models', () => {
  const connection = useConnectionStore()
  const notices = useNoticeStore()
  const view = useViewStore()
  const welcome = useWelcomeStore()
  const { t } = i18n.global

  const entries = computed(() => connection.state.models)
  const exporting = computed(() => connection.state.modelExport)
  const missing = computed(() => entries.value.filter((entry) => entry.status !== null && !isPresent(entry)))
  const present = computed(() => entries.value.filter(isPresent))
  const downloading = computed(() => entries.value.filter(({ work }) => work === 'download' || work === 'import'))
  /** Bytes that "Download all" would fetch. */
  const missingBytes = computed(() =>
    missing.value.filter(({ work }) => work === null).reduce((sum, { status }) => sum + (status?.size ?? 0) - (status?.partial ?? 0), 0),
  )
  /** What a dropped or pasted path is taken for: models where they are on the screen, else a folder of the library. */
  const takesPaths = computed(() => view.current === 'models' || (welcome.shown && !welcome.aside && welcome.step === 'models'))
  /** An import reads what it was given before it names a model. */
  const importing = ref(false)
  /** Models whose every byte was read and right, until something else is done with them. */
  const checked = ref<ReadonlySet<ModelId>>(new Set<ModelId>())
  const checks = new Map<ModelId, { read: boolean; cancelled: boolean }>()
  /** Models that were not here when the present work on them began. */
  const awaited = new Set<ModelId>()

  function entry(model: ModelId): ModelEntry | null {
    return entries.value.find((candidate) => candidate.model === model) ?? null
  }

  connection.onEvent((event) => {
    if (event.type === 'model-work-changed') noteWork(event)
    else if (event.type === 'model-download-ended') noteEnd(event)
    else if (event.type === 'model-status') {
      const check = checks.get(event.model)
      if (check) check.read = true
    }
  })

  /** A check that was cancelled, or ended without a word, has found nothing. */
  function noteWork({ model, work, failure }: WorkChanged): void {
    const check = checks.get(model)
    const right = work === null && failure === null && check?.read === true && !check.cancelled && isPresent(entry(model))
    checks.delete(model)
    if (work === 'verify') checks.set(model, { read: false, cancelled: false })
    if ((work === 'download' || work === 'import') && !isPresent(entry(model))) awaited.add(model)
    const others = [...checked.value].filter((other) => other !== model)
    checked.value = new Set(right ? [...others, model] : others)
  }

  function noteEnd({ model, outcome, problem }: Ended): void {
    const arrived = awaited.delete(model) && outcome === 'installed'
    if (arrived) notices.say(t(`models.arrived.${model}`))
    else if (problem && !takesPaths.value) notices.fail(problem, { label: t('models.show'), run: () => view.show('models') })
  }

  const look = (): Promise<null> => attempt(() => command('models:look'))
  const download = (model: ModelId): Promise<null> => attempt(() => command('models:download', { model }))
  const verify = (model: ModelId): Promise<null> => attempt(() => command('models:verify', { model }))
  const remove = (model: ModelId): Promise<null> => attempt(() => command('models:remove', { model }))
  const cancelExport = (): Promise<null> => attempt(() => command('models:cancel-export'))

  function cancel(model: ModelId): Promise<null> {
    const check = checks.get(model)
    if (check) check.cancelled = true
    return attempt(() => command('models:cancel', { model }))
  }

  async function downloadAll(): Promise<void> {
    await Promise.all(missing.value.filter(({ work }) => work === null).map(({ model }) => download(model)))
  }

  async function bring(work: () => Promise<ImportSummary | null>): Promise<void> {
    const before = new Set(present.value.map(({ model }) => model))
    importing.value = true
    try {
      tell(await attempt(work), before)
    } finally {
      importing.value = false
    }
  }

  const chooseImport = (kind: 'file' | 'folder'): Promise<void> => bring(() => command('models:choose-import', { kind }))
  const importPath = (path: string): Promise<void> => bring(() => command('models:import', { path }))

  /** What arrived has its own notice, and what failed stands on its card. */
  function tell(summary: ImportSummary | null, before: ReadonlySet<ModelId>): void {
    if (!summary) return
    const { installed, failed } = summary
    if (failed.length > 0) notices.say(t('models.importFailed', { names: namesOf(failed) }))
    else if (installed.length > 0 && installed.every((model) => before.has(model))) notices.say(t('models.hereAlready', { names: namesOf(installed) }))
  }

  async function chooseExport(): Promise<void> {
    const file = await attempt(() => command('models:choose-export', { models: present.value.map(({ model }) => model) }))
    if (file !== null) notices.say(t('models.exported', { file: isolated(file) }))
  }

  return {
    entries, exporting, missing, missingBytes, present, downloading, importing, takesPaths, checked, entry,
    look, download, downloadAll, cancel, verify, remove, chooseImport, importPath, chooseExport, cancelExport,
  }
})
