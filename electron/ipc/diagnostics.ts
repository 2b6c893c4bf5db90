import { messageOf, problem, ProblemError } from '../problem'
import type { Handlers } from './answer'

export interface DiagnosticsActions {
  collect: () => Promise<string>
  copy: (text: string) => Promise<void>
  /** Resolves to what went wrong, or to nothing. */
  openPath: (path: string) => Promise<string>
  logs: string
}

export function diagnosticsHandlers({ collect, copy, openPath, logs }: DiagnosticsActions): Pick<Handlers, 'diagnostics:copy' | 'logs:open'> {
  return {
    'diagnostics:copy': async () => {
      try {
        await copy(await collect())
      } catch (error) {
        throw new ProblemError(problem('diagnostics-not-copied', 'The diagnostics could not be copied.', { nextStep: `The logs are in ${logs}.`, detail: messageOf(error) }))
      }
      return null
    },
    'logs:open': async () => {
      const failure = await openPath(logs)
      if (failure !== '') throw new ProblemError(problem('not-opened', 'No program opened the folder with the logs.', { nextStep: `It is ${logs}.`, detail: failure }))
      return null
    },
  }
}
