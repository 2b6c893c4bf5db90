import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { useKeyboard } from '@/composables/useKeyboard'
import { useSearchStore } from '@/stores/search'
import { useSelectionStore } from '@/stores/selection'
import { useViewStore } from '@/stores/view'
import { aHit, aMoment, anItem, freshStores } from '../fixtures'

const Harness = defineComponent({
  setup() {
    useKeyboard()
    return () => h('div', [h('input', { id: 'search-field' }), h('input', { id: 'other' }), h('button', { id: 'button' }), h('div', { id: 'pane', tabindex: -1 })])
  },
})

describe('keys', () => {
  let wrapper: VueWrapper
  let invoked: unknown[][]

  beforeEach(() => {
    freshStores()
    invoked = []
    vi.stubGlobal('contentcache', {
      invoke: (...call: unknown[]) => {
        invoked.push(call)
        return Promise.resolve({ ok: true, value: null })
      },
    })
    wrapper = mount(Harness, { attachTo: document.body })
    useSearchStore().hits = [1, 2].map((id) => aHit({ item: anItem({ id }), moments: [aMoment({ segment_id: id })] }))
  })
  afterEach(() => {
    wrapper.unmount()
    vi.unstubAllGlobals()
  })

  function press(target: string, key: string, over: KeyboardEventInit = {}): boolean {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...over })
    wrapper.get(target).element.dispatchEvent(event)
    return event.defaultPrevented
  }

  it('arrows move through moments from the search field, and Enter shows', () => {
    const selection = useSelectionStore()
    press('#search-field', 'ArrowDown')
    expect(selection.key).toBe('moment:1')
    press('#search-field', 'ArrowDown')
    expect(selection.target?.item.id).toBe(2)
    press('#search-field', 'Enter')
    expect([selection.opened, selection.activation]).toEqual([true, 1])
    press('#pane', 'Escape')
    expect([selection.opened, useViewStore().focusSearch]).toEqual([false, 1])
  })

  it('letters that are keys elsewhere are letters in a text field', () => {
    for (const key of ['/', '?', ' ', '[', ']', 'ArrowLeft']) expect(press('#search-field', key), key).toBe(false)
    expect(useViewStore().keysOpen).toBe(false)
    expect(press('#pane', '/')).toBe(true)
    expect(press('#pane', '?')).toBe(true)
    expect(useViewStore().keysOpen).toBe(true)
  })

  it('leaves controls their own keys', () => {
    for (const key of [' ', 'Enter']) expect(press('#button', key), key).toBe(false)
    expect(press('#other', 'ArrowDown')).toBe(false)
  })

  it('opens and reveals the selected file', () => {
    press('#search-field', 'ArrowDown')
    press('#search-field', 'Enter', { ctrlKey: true })
    press('#search-field', 'Enter', { ctrlKey: true, shiftKey: true })
    expect(invoked).toEqual([['item:open', { itemId: 1 }], ['item:reveal', { itemId: 1 }]])
  })

  it('Ctrl+K comes back to the field from another view', () => {
    const view = useViewStore()
    view.show('library')
    press('#other', 'k', { ctrlKey: true })
    expect([view.current, view.focusSearch]).toEqual(['search', 1])
  })

  it('a key that belongs to an input method is left alone', () => {
    expect(press('#search-field', 'ArrowDown', { isComposing: true })).toBe(false)
  })
})
