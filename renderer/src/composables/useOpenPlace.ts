import type { AboutPlace } from '@/contract'
import { command } from '@/services/bridge'
import { attempt } from '@/stores/attempt'

/** Has main open one of the places that About names. */
export function useOpenPlace(): (place: AboutPlace) => Promise<void> {
  return async (place) => {
    await attempt(() => command('about:open', { place }))
  }
}
