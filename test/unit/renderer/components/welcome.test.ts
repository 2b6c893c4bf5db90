import { emptyPicture } from '@contract/picture'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WelcomeView from '@/components/welcome/WelcomeView.vue'
import type { ModelEntry, ModelId, SuggestedFolder } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { useModelsStore } from '@/stores/models'
import { useNoticeStore } from '@/stores/notices'
import { useSessionStore } from '@/stores/session'
import { useSettingsStore } from '@/stores/settings'
import { useWelcomeStore } from '@/stores/welcome'
import { aLibrary, aRoot, freshStores, present, theModels } from '../fixtures'

const suggestedFolders: SuggestedFolder[] = [
  { kind: 'documents', path: '/home/ann/Documents' },
  { kind: 'music', path: '/home/ann/Music' },
]

describe('the first start', () => {
  let wrapper: VueWrapper
  let commands: [string, unknown][]
  let refused: string | null

  function begin(over: Partial<Record<ModelId, Partial<ModelEntry>>> = {}, offline = false): void {
    useConnectionStore().apply({ type: 'snapshot', sequence: 0, ...emptyPicture, offline, models: theModels(over), library: aLibrary() })
    wrapper = mount(WelcomeView, { global: { plugins: [i18n] }, attachTo: document.body })
  }

  async function press(name: string): Promise<void> {
    const button = wrapper.findAll('button').find((candidate) => candidate.text() === name)
    if (!button) throw new Error(`no button ${name}`)
    await button.trigger(button.attributes('type') === 'submit' ? 'submit' : 'click')
    await flushPromises()
  }

  const boxes = () => wrapper.findAll<HTMLInputElement>('input[type=checkbox]')
  const asked = (channel: string): unknown[] => commands.filter(([name]) => name === channel).map(([, argument]) => argument)

  beforeEach(() => {
    freshStores()
    const session = useSessionStore()
    if (session.session) session.session = { ...session.session, suggestedFolders }
    useSettingsStore().settings.welcomed = false
    commands = []
    refused = null
    vi.stubGlobal('contentcache', {
      invoke: (channel: string, argument?: { path?: string }) => {
        commands.push([channel, argument])
        if (refused !== null && (argument?.path === refused || channel === refused)) {
          return Promise.resolve({ ok: false, problem: { code: 'no', message: `${refused} was refused.`, next_step: null, detail: null } })
        }
        const values: Record<string, unknown> = { 'settings:update': { ...useSettingsStore().settings, ...argument }, 'library:add-folder': aRoot({ path: argument?.path ?? '' }) }
        return Promise.resolve({ ok: true, value: values[channel] ?? null })
      },
    })
  })
  afterEach(() => {
    wrapper.unmount()
    vi.unstubAllGlobals()
  })

  it('says at each step where one is, and puts the focus on its heading', async () => {
    begin()
    const steps: string[][] = []
    for (const step of [1, 2, 3]) {
      steps.push([wrapper.get('#welcome-step').text(), wrapper.get('[aria-current=step]').text()])
      expect(document.activeElement).toBe(wrapper.get('h1').element)
      if (step < 3) await press('Next')
    }
    expect(steps).toEqual([['Step 1 of 3', 'What it does'], ['Step 2 of 3', 'Folders'], ['Step 3 of 3', 'Models']])
  })

  it('begins what was chosen, and only that', async () => {
    begin({ minilm: present('minilm', { bundled: true }) })
    await press('Next')
    expect(boxes().map(({ element }) => element.checked)).toEqual([false, false])
    await boxes()[1]?.setValue(true)
    await press('Next')
    expect(wrapper.text()).toContain('Came with the app')
    expect(boxes().map(({ element }) => element.checked)).toEqual([true, true])
    expect(wrapper.text()).toContain('156 MB to download')
    await boxes()[1]?.setValue(false)
    expect(wrapper.text()).toContain('139 MB to download')
    await press('Start')
    expect(asked('models:download')).toEqual([{ model: 'whisper-base' }])
    expect(asked('library:add-folder')).toEqual([{ path: '/home/ann/Music' }])
    expect(asked('settings:update')).toEqual([{ welcomed: true }])
    expect(useWelcomeStore().shown).toBe(false)
  })

  it('keeps the ticks on the way back, by Back and by Escape', async () => {
    begin()
    await press('Next')
    await boxes()[0]?.setValue(true)
    await press('Next')
    await boxes()[0]?.setValue(false)
    await wrapper.get('section').trigger('keydown', { key: 'Escape' })
    expect(boxes().map(({ element }) => element.checked)).toEqual([true, false])
    await press('Next')
    expect(boxes().map(({ element }) => element.checked)).toEqual([false, true, true])
  })

  it('skipped steps begin nothing', async () => {
    begin()
    await press('Skip')
    await boxes()[0]?.setValue(true)
    await press('Skip')
    await press('Skip')
    expect(commands).toEqual([['settings:update', { welcomed: true }]])
  })

  it('Enter on the heading goes on', async () => {
    begin()
    await wrapper.get('h1').trigger('keydown', { key: 'Enter' })
    expect(useWelcomeStore().step).toBe('folders')
  })

  it('a folder that is refused is told, and the others are added', async () => {
    refused = '/home/ann/Documents'
    begin()
    await press('Next')
    for (const box of boxes()) await box.setValue(true)
    await press('Next')
    await press('Skip')
    expect(asked('library:add-folder')).toHaveLength(2)
    expect(useNoticeStore().notices.map((notice) => notice.text)).toContain('/home/ann/Documents was refused.')
    expect(useNoticeStore().notices.map((notice) => notice.text)).toContain('Added \u2068/home/ann/Music\u2069')
  })

  it('nobody is kept here because it could not be saved', async () => {
    refused = 'settings:update'
    begin()
    for (let step = 1; step <= 3; step += 1) await press('Skip')
    expect(useWelcomeStore().shown).toBe(false)
    expect(useNoticeStore().notices).toHaveLength(1)
  })

  it('where every model is, there is nothing to choose', async () => {
    begin({ minilm: present('minilm'), 'whisper-base': present('whisper-base'), yamnet: present('yamnet') })
    await press('Next')
    await press('Next')
    expect([wrapper.get('h1').text(), boxes().length]).toEqual(['Everything is here', 0])
    await press('Start')
    expect(asked('models:download')).toEqual([])
  })

  it('offline nothing is ticked, and import is the way', async () => {
    begin({}, true)
    await press('Next')
    await press('Next')
    expect([boxes().length, wrapper.text().includes('Offline is on')]).toEqual([0, true])
    expect(useModelsStore().takesPaths).toBe(true)
    await press('Import a file…')
    expect(asked('models:choose-import')).toEqual([{ kind: 'file' }])
    await press('Start')
    expect(asked('models:download')).toEqual([])
  })
})
