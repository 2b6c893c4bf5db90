/** One run of `python -m backend.models.downloader` for one command. What has arrived is kept when it is cancelled. */
import type { SidecarEvent } from '../contract/generated/events'
import type { Log } from '../log/log'
import { runCommand, type CommandRun } from '../sidecars/command-run'
import type { LaunchPlan } from '../sidecars/sidecar-process'

export type ModelEvent = Extract<SidecarEvent, { type: 'model-download-progress' | 'model-download-ended' | 'model-status' | 'model-export-progress' | 'error' }>

/** Milliseconds: the process itself gives up after two seconds. */
const cancelTimeout = 5_000

export type RunDownloader = (args: string[], onEvent: (event: ModelEvent) => void) => CommandRun

export function downloaderRunner(plan: () => LaunchPlan, log: Log): RunDownloader {
  return (args, onEvent) =>
    runCommand({
      name: 'models',
      module: 'backend.models.downloader',
      args,
      plan,
      log,
      cancelTimeout,
      onEvent: (event) => {
        if (isModelEvent(event)) onEvent(event)
      },
    })
}

function isModelEvent(event: SidecarEvent): event is ModelEvent {
  return event.type.startsWith('model-') || event.type === 'error'
}
