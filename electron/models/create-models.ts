/** The model manager as the app uses it: its processes, its place in the picture, and the sidecars that load what it brings. */
import { sidecarOfEngine } from '../contract/picture'
import { createLog } from '../log/log'
import type { Paths } from '../paths'
import type { EventStream } from '../relay/event-stream'
import { downloaderEnvironment } from '../sidecars/environment'
import type { Sidecars } from '../sidecars/sidecars'
import { downloaderRunner } from './downloader-run'
import { ModelManager } from './model-manager'

export interface ModelsOptions {
  paths: Paths
  /** Asked at each start of the downloader. */
  isOffline: () => boolean
  events: EventStream
  sidecars: Pick<Sidecars, 'restart'>
}

export function createModels({ paths, isOffline, events, sidecars }: ModelsOptions): ModelManager {
  const plan = () => ({
    python: paths.python,
    flags: paths.pythonFlags,
    cwd: paths.code,
    env: downloaderEnvironment(process.env, {
      installation: paths.installation,
      modelsDirectory: paths.models,
      temporaryDirectory: paths.temporary,
      bundledModelsDirectory: paths.bundledModels,
      offline: isOffline(),
    }),
  })
  const manager = new ModelManager({
    run: downloaderRunner(plan, createLog(paths.logs, 'models')),
    publish: (event) => events.publish(event),
    stateOf: (model) => events.snapshot.models.find((entry) => entry.model === model)?.status?.state ?? null,
    engineOf: (model) => events.snapshot.engines.find(({ engine }) => engine === model)?.state ?? null,
    reload: (model) => sidecars.restart(sidecarOfEngine[model]),
  })
  events.subscribe((event) => {
    if (event.type === 'engine-changed') manager.heardOf(event.status)
  })
  return manager
}
