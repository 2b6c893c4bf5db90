/** One run of `python -m backend.models.downloader` for one command: its events as they come, and how it ended. */
import type { SidecarEvent } from '../contract/generated/events'
import type { Log } from '../log/log'
import { messageOf } from '../problem'
import { killTree } from '../sidecars/kill-tree'
import { formatCommand, LineProtocol, type Line } from '../sidecars/line-protocol'
import { launchPythonModule } from '../sidecars/python-module'
import { describeEnd, type LaunchPlan, type SidecarProcess } from '../sidecars/sidecar-process'
import { StderrLog } from '../sidecars/stderr-log'

export type ModelEvent = Extract<SidecarEvent, { type: 'model-download-progress' | 'model-download-ended' | 'model-status' | 'model-export-progress' | 'error' }>

export interface RunEnd {
  /** 0 done, 1 something failed or is missing, 130 cancelled; null when it was killed or never started. */
  code: number | null
  /** It was asked to stop, by us or by a signal. */
  cancelled: boolean
  /** What happened, for whoever looks behind "More". */
  detail: string
}

export interface DownloaderRun {
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<RunEnd>
  /** What has arrived is kept. A process that does not listen is ended. */
  cancel(): void
}

/** Milliseconds from asking to ending: the process itself gives up after two seconds. */
const cancelTimeout = 5_000
const exitCancelled = 130

export type RunDownloader = (args: string[], onEvent: (event: ModelEvent) => void) => DownloaderRun

export function downloaderRunner(plan: () => LaunchPlan, log: Log): RunDownloader {
  return (args, onEvent) => {
    log.info(`[models] ${args.join(' ')}`)
    let process: SidecarProcess
    try {
      process = launchPythonModule('backend.models.downloader', [...args, '--json'], plan())
    } catch (error) {
      return { ended: Promise.resolve({ code: null, cancelled: false, detail: `It could not be started: ${messageOf(error)}` }), cancel: () => undefined }
    }
    return follow(process, onEvent, log)
  }
}

function follow(process: SidecarProcess, onEvent: (event: ModelEvent) => void, log: Log): DownloaderRun {
  const protocol = new LineProtocol()
  const stderr = new StderrLog(log)
  const take = (lines: Line[]): void => {
    for (const line of lines) {
      if ('bad' in line) log.warn(`[models] bad line (${line.bad.reason}): ${line.bad.preview}`)
      else if (isModelEvent(line.event)) onEvent(line.event)
    }
  }
  process.stdout.on('data', (chunk: Buffer) => take(protocol.push(chunk)))
  process.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  let timer: NodeJS.Timeout | undefined
  const ended = process.ended.then((end) => {
    clearTimeout(timer)
    take(protocol.end())
    stderr.end()
    return { code: end.code, cancelled: timer !== undefined || end.code === exitCancelled, detail: [describeEnd(end), ...stderr.tail()].join('\n') }
  })
  return {
    ended,
    cancel: () => {
      process.send(formatCommand({ type: 'shutdown' }))
      process.closeInput()
      timer ??= setTimeout(() => {
        if (process.pid === undefined) return
        killTree(process.pid).catch((error: unknown) => log.error(`[models] not ended: ${messageOf(error)}`))
      }, cancelTimeout)
    },
  }
}

function isModelEvent(event: SidecarEvent): event is ModelEvent {
  return event.type.startsWith('model-') || event.type === 'error'
}
