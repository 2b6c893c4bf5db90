import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick, ref, vShow, withDirectives } from 'vue'
import { useViewFocus } from '@/composables/useViewFocus'
import { useViewStore } from '@/stores/view'
import { freshStores } from '../fixtures'

const Harness = defineComponent({
  setup() {
    const view = useViewStore()
    const main = ref<HTMLElement | null>(null)
    useViewFocus(main)
    return () =>
      h('div', [
        h('button', { id: 'rail' }),
        h('main', { id: 'main', ref: main, tabindex: -1 }, [
          withDirectives(h('input', { id: 'kept' }), [[vShow, view.current === 'search']]),
          view.current === 'models' ? h('button', { id: 'removed' }) : null,
        ]),
      ])
  },
})

describe('the focus when another view is shown', () => {
  let wrapper: VueWrapper
  const focus = (id: string) => wrapper.get<HTMLElement>(`#${id}`).element.focus()
  const focused = () => document.activeElement?.id

  beforeEach(() => {
    freshStores()
    wrapper = mount(Harness, { attachTo: document.body })
  })
  afterEach(() => wrapper.unmount())

  it('has left a view that is only hidden before a key can reach it', () => {
    focus('kept')
    useViewStore().show('models')
    expect(focused()).toBe('main')
  })

  it('is not lost with a view that is removed', async () => {
    useViewStore().show('models')
    await nextTick()
    focus('removed')
    useViewStore().show('search')
    await nextTick()
    expect(focused()).toBe('main')
  })

  it('stays on what is shown beside every view', () => {
    focus('rail')
    useViewStore().show('models')
    expect(focused()).toBe('rail')
  })
})
