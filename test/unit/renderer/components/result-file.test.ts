import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import ResultFile from '@/components/search/ResultFile.vue'
import { i18n } from '@/i18n'
import { groupHit } from '@/lib/search-stops'
import { aHit, aMoment, anItem, freshStores } from '../fixtures'

const render = (hit = aHit(), selected: string | null = null) =>
  mount(ResultFile, { props: { group: groupHit(hit, false), selected }, global: { plugins: [i18n] } })

describe('ResultFile', () => {
  beforeEach(freshStores)

  it('shows time, marked words and why, as options of a named group', () => {
    const moment = aMoment({ segment_id: 7, start: 161, snippet: 'ask <b>not</b>', marks: [[0, 3]], why: ['words', 'meaning'] })
    const wrapper = render(aHit({ item: anItem({ folder: 'a/b' }), moments: [moment] }), 'moment:7')
    expect(wrapper.get('[role=group]').attributes('aria-label')).toBe('speech.flac, music › a › b')
    const option = wrapper.get('[role=option]')
    expect(option.attributes()).toMatchObject({ id: 'stop-moment-7', 'aria-selected': 'true' })
    expect(option.text()).toContain('2:41')
    expect(option.text()).toContain('ask <b>not</b>')
    expect(option.findAll('mark').map((mark) => mark.text())).toEqual(['ask'])
    expect(option.text()).toMatch(/words.*meaning/)
  })

  it('counts what is hidden and opens it by choice', async () => {
    const moments = [1, 2, 3, 4].map((id) => aMoment({ segment_id: id }))
    const wrapper = render(aHit({ moments, moment_count: 6 }))
    const more = wrapper.get('#stop-more-1')
    expect(more.text()).toBe('3 more moments')
    await more.trigger('click')
    expect(wrapper.emitted('choose')?.[0]?.[0]).toMatchObject({ type: 'more' })
  })

  it('a file that matched by its name is itself the option', () => {
    const named = aMoment({ kind: 'name', start: null, snippet: 'speech.flac', marks: [[0, 6]], why: ['name'] })
    const wrapper = render(aHit({ moments: [named] }))
    expect(wrapper.findAll('[role=option]')).toHaveLength(1)
    expect(wrapper.get('mark').text()).toBe('speech')
  })
})
