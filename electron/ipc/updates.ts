import type { AppUpdates } from '../updates/updates'
import type { Handlers } from './answer'

export type UpdatesChannel = Extract<keyof Handlers, `updates:${string}`>

/** How each goes on is a fact, and comes over the relay. */
export function updatesHandlers(updates: AppUpdates): Pick<Handlers, UpdatesChannel> {
  return {
    'updates:look': () => {
      void updates.look()
      return null
    },
    'updates:download': () => {
      void updates.download()
      return null
    },
    'updates:cancel': () => {
      updates.cancel()
      return null
    },
    'updates:restart': () => {
      updates.restartToUpdate()
      return null
    },
  }
}
