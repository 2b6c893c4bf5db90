import type { Handlers } from './answer'

/** @param erase asks first; after a yes the app ends */
export function dataHandlers(erase: () => Promise<void>): Pick<Handlers, 'data:erase-everything'> {
  return {
    'data:erase-everything': async () => {
      await erase()
      return null
    },
  }
}
