import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

export type ViewName = 'search' | 'library' | 'models' | 'status' | 'settings' | 'about'

/** Which view is shown, and what lies over it. */
export const useViewStore = defineStore('view', () => {
  const current = ref<ViewName>('search')
  /** The heading, by its id, to which the shown view should lead; a new object each time, null: its top. */
  const target = shallowRef<{ heading: string } | null>(null)
  const keysOpen = ref(false)
  /** Rises when the search field should take the focus. */
  const focusSearch = ref(0)

  function show(view: ViewName, heading: string | null = null): void {
    current.value = view
    target.value = heading === null ? null : { heading }
  }

  function requestSearchFocus(): void {
    current.value = 'search'
    focusSearch.value += 1
  }

  return { current, target, keysOpen, focusSearch, show, requestSearchFocus }
})
