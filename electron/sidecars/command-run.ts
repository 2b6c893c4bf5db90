/** One run of a Python module for one command: its events as they come, and how it ended. */
import type { SidecarEvent } from '../contract/generated/events'
import type { Log } from '../log/log'
import { messageOf } from '../problem'
import { AwakeClock } from './awake-clock'
import { killTree } from './kill-tree'
import { formatCommand, LineProtocol, type Line } from './line-protocol'
import { launchPythonModule } from './python-module'
import { describeEnd, type LaunchPlan, type SidecarProcess } from './sidecar-process'
import { StderrLog } from './stderr-log'

export interface Command {
  /** In the log. */
  name: string
  module: string
  args: string[]
  plan: () => LaunchPlan
  log: Log
  onEvent: (event: SidecarEvent) => void
  /** Milliseconds without output after which it counts as hung and is ended; absent: it may be silent for ever. */
  longestSilence?: number
  /** Milliseconds from asking to ending. */
  cancelTimeout: number
}

export interface RunEnd {
  /** 0 done, 1 something failed or is missing, 130 cancelled; null when it was killed or never started. */
  code: number | null
  /** It was asked to stop, by us or by a signal. */
  cancelled: boolean
  /** What happened, for whoever looks behind "More". */
  detail: string
}

export interface CommandRun {
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<RunEnd>
  /** Asks it to stop. A process that does not listen is ended. */
  cancel(): void
}

const silenceInterval = 1_000
const exitCancelled = 130

export function runCommand(command: Command): CommandRun {
  const { name, module, args, plan, log } = command
  log.info(`[${name}] ${args.join(' ')}`)
  let process: SidecarProcess
  try {
    process = launchPythonModule(module, [...args, '--json'], plan())
  } catch (error) {
    return { ended: Promise.resolve({ code: null, cancelled: false, detail: `It could not be started: ${messageOf(error)}` }), cancel: () => undefined }
  }
  return follow(process, command)
}

function follow(process: SidecarProcess, { name, log, onEvent, longestSilence, cancelTimeout }: Command): CommandRun {
  const protocol = new LineProtocol()
  const stderr = new StderrLog(log)
  const take = (lines: Line[]): void => {
    for (const line of lines) {
      if ('bad' in line) log.warn(`[${name}] bad line (${line.bad.reason}): ${line.bad.preview}`)
      else onEvent(line.event)
    }
  }
  const kill = (): void => {
    if (process.pid === undefined) return
    killTree(process.pid).catch((error: unknown) => log.error(`[${name}] not ended: ${messageOf(error)}`))
  }
  const silence = longestSilence === undefined ? null : new Silence(longestSilence, kill)
  process.stdout.on('data', (chunk: Buffer) => {
    silence?.broken()
    take(protocol.push(chunk))
  })
  process.stderr.on('data', (chunk: Buffer) => {
    silence?.broken()
    stderr.push(chunk)
  })
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const ended = process.ended.then((end) => {
    isOver = true
    clearTimeout(timer)
    silence?.end()
    take(protocol.end())
    stderr.end()
    const hung = silence?.tooLong === true ? [`It said nothing for ${Math.round((longestSilence ?? 0) / 1000)} s and was ended.`] : []
    return { code: end.code, cancelled: timer !== undefined || end.code === exitCancelled, detail: [...hung, describeEnd(end), ...stderr.tail()].join('\n') }
  })
  return {
    ended,
    cancel: () => {
      // Its pid may be somebody else's by the time that it would be ended.
      if (isOver) return
      process.send(formatCommand({ type: 'shutdown' }))
      process.closeInput()
      timer ??= setTimeout(kill, cancelTimeout)
    },
  }
}

/** Calls once when nothing was heard for too long while this machine was awake. */
class Silence {
  tooLong = false
  private readonly clock = new AwakeClock()
  private readonly timer: NodeJS.Timeout
  private last = this.clock.read()

  constructor(limit: number, onTooLong: () => void) {
    this.timer = setInterval(() => {
      if (this.clock.read() - this.last <= limit) return
      this.tooLong = true
      this.end()
      onTooLong()
    }, Math.min(silenceInterval, limit))
  }

  broken(): void {
    this.last = this.clock.read()
  }

  end(): void {
    clearInterval(this.timer)
  }
}
