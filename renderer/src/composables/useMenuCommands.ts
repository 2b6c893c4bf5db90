import { onScopeDispose } from 'vue'
import type { MenuCommand } from '@/contract'
import { bridge } from '@/services/bridge'
import { useLibraryStore } from '@/stores/library'
import { useViewStore } from '@/stores/view'

/** What the application menu of main asks the window to do. */
export function useMenuCommands(): void {
  const view = useViewStore()
  const library = useLibraryStore()

  const actions: Record<MenuCommand, () => void> = {
    'focus-search': () => view.requestSearchFocus(),
    'show-library': () => view.show('library'),
    'add-folder': () => {
      view.show('library')
      void library.chooseFolder()
    },
    'show-models': () => view.show('models'),
    'show-settings': () => view.show('settings'),
    'show-keys': () => {
      view.keysOpen = true
    },
    'toggle-processing': () => void library.setPaused(!(library.queue?.paused ?? false)),
  }
  onScopeDispose(bridge().onMenu((command) => actions[command]()))
}
