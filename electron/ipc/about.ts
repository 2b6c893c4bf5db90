import path from 'node:path'
import { exists, LICENCES_FILE, readNotices } from '../about/licences'
import type { AboutPlace } from '../contract/ipc'
import type { Paths } from '../paths'
import { problem, ProblemError } from '../problem'
import type { Handlers } from './answer'

type AboutChannel = Extract<keyof Handlers, `about:${string}`>

export interface AboutActions {
  paths: Pick<Paths, 'data' | 'notices' | 'chromiumLicences'>
  /** Resolves to what went wrong, or to nothing. */
  openPath: (path: string) => Promise<string>
}

export function aboutHandlers({ paths, openPath }: AboutActions): Pick<Handlers, AboutChannel> {
  const places: Record<AboutPlace, string> = {
    'data-folder': paths.data,
    licences: path.join(paths.notices, LICENCES_FILE),
    'chromium-licences': paths.chromiumLicences,
  }
  return {
    'about:read-licences': async () => {
      const [notices, chromium] = await Promise.all([readNotices(paths.notices), exists(paths.chromiumLicences)])
      return { notices, chromium }
    },
    'about:open': async ({ place }) => {
      const file = places[place]
      const failure = await openPath(file)
      if (failure !== '') throw new ProblemError(problem('not-opened', `No program opened ${path.basename(file)}.`, { nextStep: `It is ${file}.`, detail: failure }))
      return null
    },
  }
}
