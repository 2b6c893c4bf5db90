import type { ItemState } from '@/contract'
import { useLibraryStore } from '@/stores/library'
import { useViewStore } from '@/stores/view'

/** Leads to the files of the whole library that are in one state. */
export function useShowInLibrary(): (state: ItemState) => void {
  const library = useLibraryStore()
  const view = useViewStore()
  return (state) => {
    library.rootId = null
    library.kind = null
    library.name = ''
    library.state = state
    view.show('library')
  }
}
