import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Location } from '../contract/generated/api'
import { messageOf, problem, ProblemError } from '../problem'
import type { SearchClient } from '../search-client'
import { isProgram } from '../security/openable'
import type { Handlers } from './answer'

/** The part of Electron's shell that is used here. */
export interface Desktop {
  /** Resolves to what went wrong, or to nothing. */
  openPath(path: string): Promise<string>
  showItemInFolder(path: string): void
}

export function itemHandlers(client: SearchClient, desktop: Desktop): Pick<Handlers, 'item:open' | 'item:reveal'> {
  const locate = async (itemId: number): Promise<{ file: string; mode: number }> => {
    const { path: file } = await client.call<Location>({ method: 'GET', path: `/items/${itemId}/location` })
    try {
      return { file, mode: (await stat(file)).mode }
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
      const { file, mode } = await locate(itemId)
      if (isProgram(file, mode, process.platform)) {
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
