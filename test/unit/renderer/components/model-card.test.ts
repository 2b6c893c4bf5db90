import { emptyPicture } from '@contract/picture'
import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import ModelCard from '@/components/models/ModelCard.vue'
import type { ModelEntry } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { aModel, aModelStatus, freshStores } from '../fixtures'

const status = aModelStatus()
const entry = (change: Partial<ModelEntry> = {}): ModelEntry => aModel({ status, ...change })
const invoke = vi.fn(() => Promise.resolve({ ok: true, value: null }))

const mounted: VueWrapper[] = []

function render(change: Partial<ModelEntry> = {}, offline = false) {
  useConnectionStore().apply({ type: 'snapshot', sequence: 1, ...emptyPicture, offline })
  const wrapper = mount(ModelCard, { props: { entry: entry(change) }, global: { plugins: [i18n] }, attachTo: document.body })
  mounted.push(wrapper)
  return { wrapper, buttons: () => wrapper.findAll('button').map((button) => button.text()) }
}

beforeEach(() => {
  freshStores()
  invoke.mockClear()
  Object.assign(window, { contentcache: { invoke } })
})

afterEach(() => {
  for (const wrapper of mounted.splice(0)) wrapper.unmount()
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
    expect(buttons()).toEqual(['Try again', 'Import from disk…'])
    await wrapper.findAll('button').find((button) => button.text() === 'Try again')?.trigger('click')
    expect(invoke).toHaveBeenCalledWith('models:download', { model: 'whisper-base' })
  })

  it('does not download while offline', () => {
    const { wrapper } = render({}, true)
    expect(wrapper.get('button').attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('Not while offline')
  })

  it('removes only after it has said what that destroys, and the first key pressed does not destroy', async () => {
    const { wrapper, buttons } = render({ status: { ...status, state: 'present' } })
    await wrapper.findAll('button')[1]?.trigger('click')
    expect(invoke).not.toHaveBeenCalled()
    expect(wrapper.text()).toContain('frees 139 MB')
    expect(document.activeElement?.textContent).toBe('Keep')
    await wrapper.get('.confirm').trigger('keydown', { key: 'Escape' })
    expect(buttons()).toEqual(['Verify', 'Remove'])
    expect(document.activeElement?.textContent.trim()).toBe('Remove')
    await wrapper.findAll('button')[1]?.trigger('click')
    await wrapper.get('.danger').trigger('click')
    expect(invoke).toHaveBeenCalledWith('models:remove', { model: 'whisper-base' })
  })

  it('says why it is damaged behind More, and that a bundled one goes with the app', () => {
    const damaged = render({ status: { ...status, state: 'damaged', problem: 'base.pt: 12 bytes' } }).wrapper
    expect(damaged.text()).toContain('not as they were published')
    expect(damaged.get('details').text()).toContain('base.pt: 12 bytes')
    expect(render({ status: { ...status, state: 'present', bundled: true } }).wrapper.text()).toContain('part of the app')
  })

  it('keeps the focus in its place when the pressed button goes', async () => {
    const { wrapper } = render()
    wrapper.get('button').element.focus()
    await wrapper.setProps({ entry: entry({ work: 'download' }) })
    await vi.waitFor(() => expect(document.activeElement?.textContent.trim()).toBe('Cancel'))
    await wrapper.setProps({ entry: entry({ work: 'remove' }) })
    await vi.waitFor(() => expect(document.activeElement).toBe(wrapper.element))
  })

  it('says why it is not known whether the model is here', () => {
    const failure = { code: 'stalled', message: 'Nothing came for a minute.', next_step: 'Try again.', detail: null }
    const { wrapper, buttons } = render({ status: null, failure })
    expect(wrapper.text()).toContain('Nothing came for a minute.')
    expect([wrapper.get('[role=status]').text(), ...buttons()]).toEqual(['Not known', 'Try again'])
  })
})
