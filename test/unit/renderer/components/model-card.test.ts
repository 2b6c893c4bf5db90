import { emptyPicture } from '@contract/picture'
import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import ModelCard from '@/components/models/ModelCard.vue'
import type { ModelEntry } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { useModelsStore } from '@/stores/models'
import { freshStores } from '../fixtures'

const status: NonNullable<ModelEntry['status']> = {
  type: 'model-status', model: 'whisper-base', title: 'Whisper base', state: 'missing', size: 145_262_807, licence: 'MIT', enables: '', homepage: 'https://example.org',
  required: false, bundled: false, partial: 0, problem: null,
}
const entry = (change: Partial<ModelEntry> = {}): ModelEntry => ({ model: 'whisper-base', status, work: null, progress: null, failure: null, ...change })
const invoke = vi.fn(() => Promise.resolve({ ok: true, value: null }))

function render(change: Partial<ModelEntry> = {}, offline = false) {
  useConnectionStore().apply({ type: 'snapshot', sequence: 1, ...emptyPicture, offline })
  const wrapper = mount(ModelCard, { props: { entry: entry(change) }, global: { plugins: [i18n] }, attachTo: document.body })
  return { wrapper, buttons: () => wrapper.findAll('button').map((button) => button.text()) }
}

beforeEach(() => {
  freshStores()
  invoke.mockClear()
  Object.assign(window, { contentcache: { invoke } })
})

describe('a card', () => {
  it.each<[string, Partial<ModelEntry>, string, string[]]>([
    ['not looked yet', { status: null }, 'Looking…', []],
    ['missing', {}, 'Not downloaded', ['Download']],
    ['interrupted', { status: { ...status, partial: 85 * 1024 * 1024 } }, 'Interrupted at 85 MB of 139 MB', ['Resume']],
    ['here', { status: { ...status, state: 'present' } }, 'On this computer', ['Verify', 'Remove']],
    ['bundled', { status: { ...status, state: 'present', bundled: true } }, 'Came with the app', ['Verify']],
    ['damaged', { status: { ...status, state: 'damaged' } }, 'Damaged', ['Download', 'Verify', 'Remove']],
    ['being checked', { status: { ...status, state: 'present' }, work: 'verify' }, 'Reading every byte…', ['Cancel']],
    ['being removed', { status: { ...status, state: 'present' }, work: 'remove' }, 'Removing…', []],
  ])('that is %s says so and offers what can be done', (_name, change, words, offered) => {
    const { wrapper, buttons } = render(change)
    expect(wrapper.get('[role=status]').text()).toBe(words)
    expect(buttons()).toEqual(offered)
  })

  it('shows how far a download is, how fast, and how long it takes', () => {
    const progress = { type: 'model-download-progress' as const, model: 'whisper-base' as const, progress: 50, message: 'Downloading from example.org', bytes: 73_000_000, total: 145_262_807, rate: 4_300_000, seconds_left: 17 }
    const { wrapper, buttons } = render({ work: 'download', progress })
    expect(wrapper.text()).toContain('70 MB of 139 MB · 4.1 MB/s · 17 s left')
    expect(wrapper.text()).toContain('Downloading from example.org')
    expect(wrapper.get('[role=progressbar]').attributes('aria-valuenow')).toBe('50')
    expect(buttons()).toEqual(['Cancel'])
  })

  it('tells a failure with its next step and tries again', async () => {
    const { wrapper, buttons } = render({ failure: { code: 'refused', message: 'The source refused.', next_step: 'Ask for access.', detail: 'HTTP 403' } })
    expect(wrapper.text()).toContain('The source refused.')
    expect(wrapper.text()).toContain('Ask for access.')
    expect(buttons()).toContain('Try again')
    await wrapper.findAll('button').find((button) => button.text() === 'Try again')?.trigger('click')
    expect(invoke).toHaveBeenCalledWith('models:download', { model: 'whisper-base' })
  })

  it('does not download while offline', () => {
    const { wrapper } = render({}, true)
    expect(wrapper.get('button').attributes('disabled')).toBeDefined()
  })

  it('removes only after it has said what that destroys', async () => {
    const { wrapper, buttons } = render({ status: { ...status, state: 'present' } })
    await wrapper.findAll('button')[1]?.trigger('click')
    expect(invoke).not.toHaveBeenCalled()
    expect(wrapper.text()).toContain('frees 139 MB')
    expect(document.activeElement?.textContent).toBe('Remove Whisper')
    await wrapper.get('.confirm').trigger('keydown', { key: 'Escape' })
    expect(buttons()).toEqual(['Verify', 'Remove'])
    await wrapper.findAll('button')[1]?.trigger('click')
    await wrapper.get('.danger').trigger('click')
    expect(invoke).toHaveBeenCalledWith('models:remove', { model: 'whisper-base' })
  })
})

it('a check that found every byte right is said until something else is done', async () => {
  const connection = useConnectionStore()
  const models = useModelsStore()
  connection.apply({ type: 'snapshot', sequence: 1, ...emptyPicture, models: [entry({ status: { ...status, state: 'present' } })] })
  connection.apply({ type: 'event', sequence: 2, event: { type: 'model-work-changed', model: 'whisper-base', work: 'verify', failure: null } })
  expect(models.checked.has('whisper-base')).toBe(false)
  connection.apply({ type: 'event', sequence: 3, event: { type: 'model-work-changed', model: 'whisper-base', work: null, failure: null } })
  expect(models.checked.has('whisper-base')).toBe(true)
  connection.apply({ type: 'event', sequence: 4, event: { type: 'model-work-changed', model: 'whisper-base', work: 'remove', failure: null } })
  expect(models.checked.has('whisper-base')).toBe(false)
  await flushPromises()
})
