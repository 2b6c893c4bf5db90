import type { SidecarName } from '../contract/generated/events'
import type { Handlers } from './answer'

export function sidecarHandlers(restart: (name: SidecarName) => void): Pick<Handlers, 'sidecar:restart'> {
  return {
    'sidecar:restart': ({ name }) => {
      restart(name)
      return null
    },
  }
}
