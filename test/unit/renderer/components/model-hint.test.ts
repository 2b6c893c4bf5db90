import { emptyPicture } from '@contract/picture'
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import UnsearchableNotes from '@/components/search/UnsearchableNotes.vue'
import type { ModelEntry, ModelId, Unsearchable } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { useViewStore } from '@/stores/view'
import { freshStores, present, theModels } from '../fixtures'

const unsearchable: Unsearchable = { waiting: 0, waiting_for: { 'whisper-base': 12 }, failed: 0 }

describe('a sentence that names a missing model', () => {
  let invoke: ReturnType<typeof vi.fn>

  function picture(over: Partial<Record<ModelId, Partial<ModelEntry>>> = {}, offline = false): void {
    useConnectionStore().apply({ type: 'snapshot', sequence: 0, ...emptyPicture, offline, models: theModels(over) })
  }

  function render(meaning?: 'missing', waiting = unsearchable) {
    const wrapper = mount(UnsearchableNotes, { props: { unsearchable: waiting, ...(meaning ? { meaning } : {}) }, global: { plugins: [i18n] } })
    return { wrapper, lines: () => wrapper.findAll('li').map((line) => line.text()), buttons: () => wrapper.findAll('button').map((button) => button.attributes('aria-label') ?? button.text()) }
  }

  beforeEach(() => {
    freshStores()
    invoke = vi.fn(() => Promise.resolve({ ok: true, value: null }))
    vi.stubGlobal('contentcache', { invoke })
    picture()
  })
  afterEach(() => vi.unstubAllGlobals())

  it('says how many wait and how large it is, and gets it', async () => {
    const { wrapper, buttons } = render()
    expect(wrapper.text()).toContain('12 recordings wait for Whisper (139 MB).')
    expect(buttons()).toEqual(['Download Whisper', 'Show'])
    await wrapper.get('button').trigger('click')
    expect(invoke).toHaveBeenCalledWith('models:download', { model: 'whisper-base' })
  })

  it('follows the download, and lets it be cancelled', async () => {
    const progress = { type: 'model-download-progress' as const, model: 'whisper-base' as const, progress: 45.9, message: '', bytes: 4, total: 10, rate: 1, seconds_left: 19 }
    picture({ 'whisper-base': { work: 'download', progress } })
    const { wrapper, buttons } = render()
    expect(wrapper.text()).toContain('45%')
    expect(wrapper.text()).toContain('19 s left')
    expect(buttons()).toEqual(['Cancel Whisper', 'Show'])
    await wrapper.get('button').trigger('click')
    expect(invoke).toHaveBeenCalledWith('models:cancel', { model: 'whisper-base' })
  })

  it('a failure is a sentence that leads to the page, and so is offline', async () => {
    picture({ 'whisper-base': { failure: { code: 'stalled', message: 'Nothing came for a minute.', next_step: null, detail: null } } })
    const { wrapper, buttons } = render()
    expect(wrapper.text()).toContain('Nothing came for a minute.')
    expect(buttons()).toEqual(['Show models', 'Show'])
    await wrapper.get('button').trigger('click')
    expect(useViewStore().current).toBe('models')
    picture({}, true)
    await nextTick()
    expect(buttons()).toEqual(['Show models', 'Show'])
  })

  it('goes by itself when the model is there', async () => {
    const { lines } = render()
    expect(lines()).toHaveLength(1)
    picture({ 'whisper-base': present('whisper-base') })
    await nextTick()
    expect(lines()).toEqual([])
  })

  it('is one line a model, whoever waits for it', () => {
    expect(render('missing', { ...unsearchable, waiting_for: { minilm: 3, 'whisper-base': 1 } }).lines()).toHaveLength(2)
    expect(render('missing').lines().join()).toContain('Search by meaning waits for MiniLM (87 MB).')
  })

  it('offers nothing before it is known whether the model is here', () => {
    picture({ 'whisper-base': { status: null } })
    expect(render().buttons()).toEqual(['Show'])
  })
})
