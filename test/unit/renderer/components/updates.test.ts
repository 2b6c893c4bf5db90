import { emptyPicture } from '@contract/picture'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import NoticeStack from '@/components/frame/NoticeStack.vue'
import SettingsView from '@/components/settings/SettingsView.vue'
import type { Problem, Updates, UpdateState } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { useUpdatesStore } from '@/stores/updates'
import { useViewStore } from '@/stores/view'
import { freshStores } from '../fixtures'

const update = { version: '1.1.0', size: 1_073_741_824, date: '2026-11-20T10:00:00.000Z' }
const broken: Problem = { code: 'update-damaged', message: 'The download is not what was published: its checksum is wrong.', next_step: 'Download it again.', detail: 'ERR_CHECKSUM_MISMATCH' }
const address = 'https://releases.example.org/'

describe('updates in the window', () => {
  let wrapper: VueWrapper | undefined
  let invoked: unknown[][]
  let sequence: number

  function picture(state: UpdateState, over: Partial<Updates> = {}): void {
    const updates: Updates = { state, way: 'app', address, lookedAt: null, ...over }
    sequence = 0
    useConnectionStore().apply({ type: 'snapshot', sequence, ...emptyPicture, updates })
  }

  function hear(state: UpdateState): void {
    const updates: Updates = { state, way: 'app', address, lookedAt: null }
    useConnectionStore().apply({ type: 'event', sequence: (sequence += 1), event: { type: 'updates-changed', updates } })
  }

  function show(): VueWrapper {
    wrapper = mount(SettingsView, { global: { plugins: [i18n] }, attachTo: document.body })
    return wrapper
  }

  const section = () => {
    const found = wrapper?.find('[aria-labelledby="settings-updates"]')
    if (!found?.exists()) throw new Error('there is no section of updates')
    return found
  }
  const buttons = (): string[] => section().findAll('button').map((button) => button.text())

  beforeEach(() => {
    freshStores()
    useViewStore().show('settings')
    invoked = []
    vi.stubGlobal('contentcache', {
      invoke: (...call: unknown[]) => {
        invoked.push(call)
        return Promise.resolve({ ok: true, value: null })
      },
    })
  })
  afterEach(() => {
    wrapper?.unmount()
    vi.unstubAllGlobals()
  })

  it.each<[string, UpdateState, Partial<Updates>, string, string[]]>([
    ['no address', { phase: 'off', reason: 'no-address' }, { address: null }, 'This build has no release address, so it does not look for updates.', []],
    ['a checkout', { phase: 'off', reason: 'not-packaged' }, { address: null }, 'The app runs from its source code', []],
    ['offline', { phase: 'off', reason: 'offline' }, {}, 'Offline: the app does not look for updates.', []],
    ['not looked yet', { phase: 'idle' }, {}, 'Not looked for a newer version yet.', ['Look now']],
    ['looked', { phase: 'idle' }, { lookedAt: Date.now() }, 'This is the newest version.', ['Look now']],
    ['looking', { phase: 'looking' }, {}, 'Looking for a newer version…', ['Cancel']],
    ['available', { phase: 'available', update }, {}, 'Version 1.1.0 is available.', ['Download (1 GB)', 'Look now']],
    ['available, for a package', { phase: 'available', update }, { way: 'package' }, address, ['Look now']],
    ['available, in a folder that cannot be written', { phase: 'available', update }, { way: 'read-only' }, 'cannot be written', ['Look now']],
    ['downloading', { phase: 'downloading', update, bytes: 536_870_912, total: 1_073_741_824, rate: 53_687_091.2 }, {}, '512 MB of 1 GB · 51 MB/s · 10 s left', ['Cancel']],
    ['ready', { phase: 'ready', update }, {}, 'It takes the place of this version when you quit.', ['Restart to update']],
    ['failed', { phase: 'failed', problem: broken, during: 'download', update }, {}, 'The version that you have goes on working.', ['Download again (1 GB)', 'Look now']],
  ])('says and offers what can be done: %s', (_when, state, over, words, offered) => {
    picture(state, over)
    show()
    expect(section().text()).toContain(words)
    expect(buttons()).toEqual(offered)
    expect(wrapper?.find('#updates-daily').exists()).toBe(over.address !== null)
  })

  it('gives each command once', async () => {
    const press = async (state: UpdateState, label: string): Promise<void> => {
      hear(state)
      await flushPromises()
      await section().findAll('button').find((button) => button.text().startsWith(label))?.trigger('click')
    }
    picture({ phase: 'idle' })
    show()
    await press({ phase: 'idle' }, 'Look now')
    await press({ phase: 'available', update }, 'Download')
    await press({ phase: 'downloading', update, bytes: 0, total: null, rate: null }, 'Cancel')
    await press({ phase: 'ready', update }, 'Restart')
    expect(invoked).toEqual([['updates:look'], ['updates:download'], ['updates:cancel'], ['updates:restart']])
  })

  it('keeps the keyboard where it was when a button goes with its state', async () => {
    picture({ phase: 'available', update })
    show()
    section().get('button').element.focus()
    hear({ phase: 'downloading', update, bytes: 0, total: null, rate: null })
    await flushPromises()
    expect(document.activeElement?.textContent).toBe('Cancel')
  })

  describe('elsewhere in the window', () => {
    beforeEach(() => {
      useViewStore().show('search')
      picture({ phase: 'idle' })
      useUpdatesStore()
      wrapper = mount(NoticeStack, { global: { plugins: [i18n] }, attachTo: document.body })
    })

    it('a version is told of once, and its notice leads to Settings', async () => {
      hear({ phase: 'looking' })
      hear({ phase: 'available', update })
      hear({ phase: 'looking' })
      hear({ phase: 'available', update })
      await flushPromises()
      expect(wrapper?.findAll('.notice').map((notice) => notice.get('p').text())).toEqual(['Version 1.1.0 is available.'])
      await wrapper?.get('.notice .button').trigger('click')
      expect([useViewStore().current, useViewStore().target]).toEqual(['settings', { heading: 'settings-updates' }])
      expect(wrapper?.findAll('.notice')).toEqual([])
    })

    it('its notice goes with what it tells of, and when Settings are opened by another way', async () => {
      hear({ phase: 'available', update })
      hear({ phase: 'ready', update })
      await flushPromises()
      expect(wrapper?.findAll('.notice').map((notice) => notice.get('p').text())).toEqual(['Version 1.1.0 is ready and is installed when you quit.'])
      useViewStore().show('settings')
      await flushPromises()
      expect(wrapper?.findAll('.notice')).toEqual([])
    })

    it('a failure is told of, but not that looking by itself failed', async () => {
      hear({ phase: 'failed', problem: broken, during: 'look', update: null })
      await flushPromises()
      expect(wrapper?.findAll('.notice')).toEqual([])
      hear({ phase: 'failed', problem: broken, during: 'install', update: null })
      await flushPromises()
      expect(wrapper?.text()).toContain('its checksum is wrong')
    })
  })
})
