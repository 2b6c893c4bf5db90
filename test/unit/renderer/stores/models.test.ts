import { emptyPicture } from '@contract/picture'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ModelId, Problem, RelayEvent } from '@/contract'
import { useConnectionStore } from '@/stores/connection'
import { useModelsStore } from '@/stores/models'
import { useNoticeStore } from '@/stores/notices'
import { useViewStore } from '@/stores/view'
import { aModelStatus, freshStores, present, theModels } from '../fixtures'

const problem: Problem = { code: 'stalled', message: 'Nothing came for a minute.', next_step: 'Try again.', detail: null }
const here = (model: ModelId): RelayEvent => aModelStatus({ model, state: 'present' })
const work = (kind: 'download' | 'import' | 'verify' | null, failure: Problem | null = null): RelayEvent => ({ type: 'model-work-changed', model: 'whisper-base', work: kind, failure })
const ended = (outcome: 'installed' | 'failed' | 'cancelled', failure: Problem | null = null): RelayEvent => ({
  type: 'model-download-ended', model: 'whisper-base', outcome, message: '', problem: failure,
})

describe('models store', () => {
  let invoke: ReturnType<typeof vi.fn<(channel: string, argument?: unknown) => Promise<unknown>>>
  let models: ReturnType<typeof useModelsStore>
  let notices: ReturnType<typeof useNoticeStore>
  let sequence: number

  function picture(over: Parameters<typeof theModels>[0] = {}): void {
    sequence = 0
    useConnectionStore().apply({ type: 'snapshot', sequence, ...emptyPicture, models: theModels(over) })
  }

  function hear(...events: RelayEvent[]): void {
    for (const event of events) useConnectionStore().apply({ type: 'event', sequence: (sequence += 1), event })
  }

  const said = (): string[] => notices.notices.map((notice) => notice.text)

  beforeEach(() => {
    vi.useFakeTimers()
    freshStores()
    invoke = vi.fn(() => Promise.resolve({ ok: true, value: null }))
    vi.stubGlobal('contentcache', { invoke })
    models = useModelsStore()
    notices = useNoticeStore()
    picture()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('counts what is missing and what that costs, less what has arrived', () => {
    picture({ minilm: present('minilm'), yamnet: { status: null }, 'whisper-base': { status: aModelStatus({ partial: 45_262_807 }) } })
    expect([models.missing.map(({ model }) => model), models.missingBytes]).toEqual([['whisper-base'], 100_000_000])
  })

  it('downloads all that nothing is done with yet', async () => {
    picture({ minilm: present('minilm'), yamnet: { work: 'download' } })
    await models.downloadAll()
    expect(invoke.mock.calls).toEqual([['models:download', { model: 'whisper-base' }]])
  })

  it('says once that a model came', () => {
    hear(work('download'), here('whisper-base'), ended('installed'), work(null))
    expect(said()).toEqual(['Whisper is here. Recordings that wait are transcribed now.'])
  })

  it('keeps quiet about a cancelled download, and about one that fails on the page that shows it', () => {
    hear(work('download'), ended('cancelled'), work(null))
    useViewStore().show('models')
    hear(work('download'), ended('failed', problem), work(null, problem))
    expect(said()).toEqual([])
  })

  it('elsewhere a failure stays until it is closed, and leads to the page', async () => {
    hear(work('download'), ended('failed', problem), work(null, problem))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(notices.notices.map((notice) => notice.problem)).toEqual([problem])
    notices.notices[0]?.action?.run()
    expect(useViewStore().current).toBe('models')
  })

  it('an import of what is here already says so, and not that it came', async () => {
    picture({ 'whisper-base': present('whisper-base') })
    invoke.mockImplementation(() => {
      hear(work('import'), here('whisper-base'), ended('installed'), work(null))
      return Promise.resolve({ ok: true, value: { installed: ['whisper-base'], failed: [], cancelled: [] } })
    })
    await models.importPath('/stick/models.tar')
    expect(said()).toEqual(['Here already: Whisper. Nothing had to be imported.'])
  })

  it('an import that offers nothing is told with its next step', async () => {
    invoke.mockResolvedValue({ ok: false, problem: { ...problem, code: 'nothing-to-import' } })
    const importing = models.importPath('/stick')
    expect(models.importing).toBe(true)
    await importing
    expect([models.importing, notices.notices[0]?.problem?.code]).toEqual([false, 'nothing-to-import'])
  })

  describe('a check', () => {
    beforeEach(() => picture({ 'whisper-base': present('whisper-base') }))

    it('that read every byte is said until something else is done', () => {
      hear(work('verify'))
      expect(models.checked.has('whisper-base')).toBe(false)
      hear(here('whisper-base'), work(null))
      expect(models.checked.has('whisper-base')).toBe(true)
      hear(work('download'))
      expect(models.checked.has('whisper-base')).toBe(false)
    })

    it('that was cancelled has found nothing, also when the models were looked at meanwhile', async () => {
      hear(work('verify'), work(null))
      expect(models.checked.size).toBe(0)
      hear(work('verify'), here('whisper-base'))
      await models.cancel('whisper-base')
      hear(work(null))
      expect(models.checked.size).toBe(0)
    })

    it('that found damage or failed is not said to be right', () => {
      hear(work('verify'), aModelStatus({ state: 'damaged' }), work(null))
      hear(here('whisper-base'), work('verify'), here('whisper-base'), work(null, problem))
      expect(models.checked.size).toBe(0)
    })
  })

  it('exports what is here, and says where to', async () => {
    picture({ minilm: present('minilm'), yamnet: present('yamnet') })
    invoke.mockResolvedValue({ ok: true, value: '/stick/models.tar' })
    await models.chooseExport()
    await flushPromises()
    expect(invoke).toHaveBeenCalledWith('models:choose-export', { models: ['minilm', 'yamnet'] })
    expect(said()).toEqual(['Written to \u2068/stick/models.tar\u2069'])
  })
})
