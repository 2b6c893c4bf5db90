import { defineStore } from 'pinia'
import { ref } from 'vue'

export type ViewName = 'search' | 'library' | 'models' | 'status' | 'settings'

/** Which view is shown, and what lies over it. */
export const useViewStore = defineStore('view', () => {
  const current = ref<ViewName>('search')
  const keysOpen = ref(false)
  /** Rises when the search field should take the focus. */
  const focusSearch = ref(0)

  function show(view: ViewName): void {
    current.value = view
  }

  function requestSearchFocus(): void {
    current.value = 'search'
    focusSearch.value += 1
  }

  return { current, keysOpen, focusSearch, show, requestSearchFocus }
})
