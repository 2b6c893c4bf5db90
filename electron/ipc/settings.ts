import type { Settings } from '../contract/ipc'
import type { SettingsStore } from '../settings'
import type { Handlers } from './answer'

export function settingsHandlers(store: SettingsStore, apply: (settings: Settings) => void): Pick<Handlers, 'settings:get' | 'settings:update'> {
  return {
    'settings:get': () => store.get(),
    'settings:update': async (change) => {
      const settings = await store.update(change)
      apply(settings)
      return settings
    },
  }
}
