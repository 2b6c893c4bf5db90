import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Location } from '../contract/generated/api'
import { messageOf, problem, ProblemError } from '../problem'
import type { SearchClient } from '../search-client'
import { realPathInside } from '../security/inside-root'
import { isProgram } from '../security/openable'
import type { Handlers } from './answer'

/** The part of Electron's shell that is used here. */
export interface Desktop {
  /** Resolves to what went wrong, or to nothing. */
  openPath(path: string): Promise<string>
  showItemInFolder(path: string): void
}

export function itemHandlers(client: SearchClient, desktop: Desktop): Pick<Handlers, 'item:open' | 'item:reveal'> {
  /** `real`: with links resolved. What a name that ends in .pdf leads to can be a program. */
  const locate = async (itemId: number): Promise<{ file: string; real: string; mode: number }> => {
    const location = await client.call<Location>({ method: 'GET', path: `/items/${itemId}/location` })
    const file = location.path
    try {
      const real = await realPathInside(location)
      if (real === null) throw new Error(`${file} is not below ${location.root}`)
      return { file, real, mode: (await stat(real)).mode }
    } catch (error) {
      throw new ProblemError(
        problem('file-missing', `${path.basename(file)} is not where it was.`, {
          nextStep: 'Check that its disk is connected, then rescan the folder.',
          detail: messageOf(error),
        }),
      )
    }
  }
  return {
    'item:open': async ({ itemId }) => {
      const { file, real, mode } = await locate(itemId)
      if (isProgram(file, mode, process.platform) || isProgram(real, mode, process.platform)) {
        throw new ProblemError(problem('is-a-program', `${path.basename(file)} is a program and is not started from here.`, { nextStep: 'Show it in its folder instead.' }))
      }
      const failure = await desktop.openPath(file)
      if (failure !== '') {
        throw new ProblemError(problem('not-opened', `No program opened ${path.basename(file)}.`, { nextStep: 'Show it in its folder instead.', detail: failure }))
      }
      return null
    },
    'item:reveal': async ({ itemId }) => {
      const { file } = await locate(itemId)
      desktop.showItemInFolder(file)
      return null
    },
  }
}
