import { emptyPicture } from '@contract/picture'
import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import LibraryWait from '@/components/common/LibraryWait.vue'
import type { SidecarStatus } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { freshStores } from '../fixtures'

const server = (change: Partial<SidecarStatus>): SidecarStatus => ({
  name: 'search-server',
  state: 'starting',
  pid: null,
  readySince: null,
  restarts: 0,
  memory: null,
  problem: null,
  stderrTail: [],
  lastFailure: null,
  ...change,
})

function render(status: SidecarStatus) {
  useConnectionStore().apply({ type: 'snapshot', sequence: 1, ...emptyPicture, sidecars: [status] })
  return mount(LibraryWait, { global: { plugins: [i18n] } })
}

describe('LibraryWait', () => {
  beforeEach(freshStores)

  it('says that it is starting only when that takes long', async () => {
    vi.useFakeTimers()
    try {
      const wrapper = render(server({}))
      expect(wrapper.text()).toBe('')
      await vi.advanceTimersByTimeAsync(2500)
      expect(wrapper.text()).toContain('Starting')
      expect(wrapper.find('button').exists()).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('says why it failed and restarts it', async () => {
    const invoke = vi.fn(() => Promise.resolve({ ok: true, value: null }))
    vi.stubGlobal('contentcache', { invoke })
    const problem = { code: 'crashed-repeatedly', message: 'It ended 3 times.', next_step: 'Press Restart to try again.', detail: null }
    const wrapper = render(server({ state: 'failed', problem }))
    expect(wrapper.text()).toContain('It ended 3 times.')
    await wrapper.get('button').trigger('click')
    await flushPromises()
    expect(invoke).toHaveBeenCalledWith('sidecar:restart', { name: 'search-server' })
    vi.unstubAllGlobals()
  })
})
