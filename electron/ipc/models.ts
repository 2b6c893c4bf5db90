import path from 'node:path'
import type { ModelManager } from '../models/model-manager'
import { problem, ProblemError } from '../problem'
import type { Handlers } from './answer'

type ModelsChannel = Extract<keyof Handlers, `models:${string}`>

export interface ModelDialogs {
  /** null: closed. */
  askForImport(kind: 'file' | 'folder'): Promise<string | null>
  askForExport(): Promise<string | null>
}

function absolute(candidate: string): string {
  if (path.isAbsolute(candidate)) return path.normalize(candidate)
  throw new ProblemError(problem('not-absolute', `"${candidate}" is not a full path.`, { nextStep: 'Give the whole path, from the top.' }))
}

export function modelHandlers(models: ModelManager, dialogs: ModelDialogs): Pick<Handlers, ModelsChannel> {
  return {
    'models:look': async () => {
      await models.look()
      return null
    },
    'models:download': ({ model }) => {
      models.download(model)
      return null
    },
    'models:cancel': ({ model }) => {
      models.cancel(model)
      return null
    },
    'models:verify': ({ model }) => {
      models.verify(model)
      return null
    },
    'models:remove': ({ model }) => {
      models.remove(model)
      return null
    },
    'models:choose-import': async ({ kind }) => {
      const chosen = await dialogs.askForImport(kind)
      return chosen === null ? null : models.importFrom(chosen)
    },
    'models:import': ({ path: candidate }) => models.importFrom(absolute(candidate)),
    'models:choose-export': async ({ models: chosen }) => {
      const file = await dialogs.askForExport()
      return file === null ? null : models.exportTo(file, chosen)
    },
    'models:cancel-export': () => {
      models.cancelExport()
      return null
    },
  }
}
