import { onScopeDispose } from 'vue'
import type { MenuCommand } from '@/contract'
import { bridge } from '@/services/bridge'
import { useCareStore } from '@/stores/care'
import { useLibraryStore } from '@/stores/library'
import { useUpdatesStore } from '@/stores/updates'
import { useViewStore } from '@/stores/view'

/** What the application menu of main asks the window to do. */
export function useMenuCommands(): void {
  const view = useViewStore()
  const library = useLibraryStore()
  const care = useCareStore()
  const updates = useUpdatesStore()

  const actions: Record<MenuCommand, () => void> = {
    'focus-search': () => view.requestSearchFocus(),
    'show-library': () => view.show('library'),
    'add-folder': () => {
      view.show('library')
      void library.chooseFolder()
    },
    'show-models': () => view.show('models'),
    'show-status': () => view.show('status'),
    'back-up-library': () => {
      view.show('status', 'status-library')
      void care.backUp()
    },
    'restore-library': () => {
      view.show('status', 'status-library')
      void care.restore()
    },
    'show-settings': () => view.show('settings'),
    'check-for-updates': () => {
      view.show('settings', 'settings-updates')
      void updates.look()
    },
    'show-about': () => view.show('about'),
    'show-keys': () => {
      view.keysOpen = true
    },
    'toggle-processing': () => void library.setPaused(!(library.queue?.paused ?? false)),
  }
  onScopeDispose(bridge().onMenu((command) => actions[command]()))
}
