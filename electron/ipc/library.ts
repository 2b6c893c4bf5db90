import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { PendingFolders } from '../pending-folders'
import type { Item, QueueSummary, Root } from '../contract/generated/api'
import { messageOf, problem, ProblemError } from '../problem'
import type { SearchClient } from '../search-client'
import type { Handlers } from './answer'
import type { CareChannel } from './library-care'

/** A path from the folder dialog, a drop or a paste. search_server judges the rest: overlap, readability. */
export async function existingFolder(candidate: string): Promise<string> {
  if (!path.isAbsolute(candidate)) {
    throw new ProblemError(problem('not-absolute', `"${candidate}" is not a full path.`, { nextStep: 'Give the whole path of the folder, from the top.' }))
  }
  const folder = path.normalize(candidate)
  let isFolder: boolean
  try {
    isFolder = (await stat(folder)).isDirectory()
  } catch (error) {
    throw new ProblemError(problem('not-found', `There is no folder at ${folder}.`, { nextStep: 'Check the path.', detail: messageOf(error) }))
  }
  if (!isFolder) throw new ProblemError(problem('not-a-folder', `${folder} is a file, not a folder.`, { nextStep: 'Add the folder that holds it.' }))
  return folder
}

type LibraryChannel = Exclude<Extract<keyof Handlers, `library:${string}`>, CareChannel>

export function libraryHandlers(client: SearchClient, pending: PendingFolders<Root>, askForFolder: () => Promise<string | null>): Pick<Handlers, LibraryChannel> {
  const add = async (candidate: string): Promise<Root> => client.call<Root>({ method: 'POST', path: '/roots', body: { path: await existingFolder(candidate) } })
  return {
    'library:choose-folder': () => askForFolder(),
    'library:add-folder': ({ path: candidate }) => pending.keepUntil(candidate, () => add(candidate)),
    'library:remove-folder': ({ rootId }) => client.call<Root>({ method: 'DELETE', path: `/roots/${rootId}` }),
    'library:restore-folder': ({ rootId }) => client.call<Root>({ method: 'POST', path: `/roots/${rootId}/restore` }),
    'library:rescan-folder': ({ rootId }) => client.call<Root>({ method: 'POST', path: `/roots/${rootId}/rescan` }),
    'library:reindex-folder': ({ rootId }) => client.call<Root>({ method: 'POST', path: `/roots/${rootId}/reindex` }),
    'library:retry-item': ({ itemId }) => client.call<Item>({ method: 'POST', path: `/items/${itemId}/retry` }),
    'library:set-paused': ({ paused }) => client.call<QueueSummary>({ method: 'POST', path: '/processing', body: { paused } }),
  }
}
