import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import LicenceCard from '@/components/about/LicenceCard.vue'
import type { LicensedComponent, ThirdPartyLicences } from '@/contract'
import { i18n } from '@/i18n'
import { groupComponents, termsOf } from '@/lib/licences'
import { freshStores } from '../fixtures'

const components: LicensedComponent[] = [
  { kind: 'shell', name: 'vue', version: '3.5', licence: 'MIT', terms: [[1, 2]] },
  { kind: 'python', name: 'torch', version: '2.13', licence: 'Apache-2.0 AND BSD-3-Clause', terms: [[3, 1], [5, 1]] },
  { kind: 'model', name: 'Whisper base', version: '', licence: 'MIT', source: 'https://example.org', terms: [[1, 2]] },
]
const text = 'head\nMIT\nby Evan\nApache\n\nBSD\n'

function answer(value: ThirdPartyLicences): ReturnType<typeof vi.fn> {
  const invoke = vi.fn(() => Promise.resolve({ ok: true, value }))
  vi.stubGlobal('contentcache', { invoke })
  return invoke
}

async function render() {
  const wrapper = mount(LicenceCard, { global: { plugins: [i18n] } })
  await flushPromises()
  return wrapper
}

describe('components by filter', () => {
  it('are those that have every word, by kind', () => {
    const found = (filter: string): string[] => groupComponents(components, filter).map(({ kind, components: some }) => `${kind}: ${some.map(({ name }) => name).join()}`)
    expect(found('')).toEqual(['shell: vue', 'python: torch', 'model: Whisper base'])
    expect(found(' MIT ')).toEqual(['shell: vue', 'model: Whisper base'])
    expect(found('bsd torch')).toEqual(['python: torch'])
    expect(found('mit torch')).toEqual([])
  })

  it('have their terms in the text, a line between two', () => {
    expect(components.map((component) => termsOf(component, text.split('\n')))).toEqual([['MIT', 'by Evan'], ['Apache', '', 'BSD'], ['MIT', 'by Evan']])
  })
})

describe('LicenceCard', () => {
  beforeEach(freshStores)
  afterEach(() => vi.unstubAllGlobals())

  it('lists what is shipped, filters it and leads to the terms of each', async () => {
    answer({ notices: { text, components }, chromium: false })
    const wrapper = await render()
    expect(wrapper.findAll('h3').map((heading) => heading.text())).toEqual(['Packages of the window (npm) 1', 'Packages of the engines (Python) 1', 'Models 1'])
    expect(wrapper.get('[role=status]').text()).toBe('3 components')
    await wrapper.get('input').setValue('whisper')
    expect(wrapper.get('[role=status]').text()).toBe('1 component')
    const row = wrapper.get('li button')
    await row.trigger('click')
    expect(row.attributes('aria-expanded')).toBe('true')
    expect(wrapper.get('[role=region]').attributes('aria-label')).toBe('Terms of Whisper base')
    expect(wrapper.text()).toContain('https://example.org')
    await wrapper.get('input').setValue('nothing such')
    expect(wrapper.text()).toContain('No component matches “nothing such”')
  })

  it('draws the first of very many, and the rest when it is asked for', async () => {
    const many = Array.from({ length: 130 }, (_, at): LicensedComponent => ({ kind: 'library', name: `crate ${at}`, version: '1', licence: 'MIT', within: 'tokenizers', terms: [[1, 2]] }))
    answer({ notices: { text, components: many }, chromium: false })
    const wrapper = await render()
    expect(wrapper.findAll('li')).toHaveLength(60)
    await wrapper.get('section > button').trigger('click')
    expect(wrapper.findAll('li')).toHaveLength(130)
    await wrapper.get('input').setValue('tokenizers 77')
    expect(wrapper.get('li').text()).toMatch(/crate 77.*in tokenizers/)
  })

  it('opens the file, and the licences of Chromium where they are', async () => {
    const invoke = answer({ notices: { text, components }, chromium: true })
    const wrapper = await render()
    for (const button of wrapper.findAll('.actions button')) await button.trigger('click')
    expect(invoke.mock.calls.slice(1)).toEqual([['about:open', { place: 'licences' }], ['about:open', { place: 'chromium-licences' }]])
  })

  it('says in a checkout which command gathers them', async () => {
    answer({ notices: null, chromium: false })
    const wrapper = await render()
    expect(wrapper.text()).toContain('No licences were gathered here')
    expect(wrapper.get('code').text()).toBe('npm run package')
    expect(wrapper.findAll('button')).toHaveLength(0)
  })

  it('says what stands against it, and tries again', async () => {
    const invoke = vi.fn(() => Promise.resolve({ ok: false, problem: { code: 'licences-unreadable', message: 'The third-party licences could not be read.', next_step: 'They are in /x.', detail: null } }))
    vi.stubGlobal('contentcache', { invoke })
    const wrapper = await render()
    expect(wrapper.text()).toContain('The third-party licences could not be read.')
    await wrapper.get('button').trigger('click')
    expect(invoke).toHaveBeenCalledTimes(2)
  })
})
