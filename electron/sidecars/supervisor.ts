/** Runs the state machine of supervisor-machine.ts on a real child process. */
import { PROTOCOL_VERSION, type Item, type SidecarEvent, type SidecarName } from '../contract/generated/events'
import type { ForwardedEvent, SidecarStatus } from '../contract/relay'
import type { Log } from '../log/log'
import { messageOf, problem } from '../problem'
import { AwakeClock } from './awake-clock'
import { killTree } from './kill-tree'
import { endedForLackOfMemory, killsForLackOfMemory } from './lack-of-memory'
import { formatCommand, LineProtocol, type Line } from './line-protocol'
import { LogLimit } from './log-limit'
import type { OrphanRecord } from './orphan-record'
import { describeEnd, type Launcher, type LaunchPlan, type SidecarProcess } from './sidecar-process'
import { StderrLog } from './stderr-log'
import { defaultTiming, initialMachine, step, type Effect, type Input, type Machine, type Timing } from './supervisor-machine'

export interface SupervisorOptions {
  name: SidecarName
  displayName: string
  launcher: Launcher
  /** Asked anew at each start. */
  plan: () => LaunchPlan
  record: OrphanRecord
  /** Of the sidecar: its stderr and what happened to it. */
  log: Log
  /** GET /health on the port that `ready` named; absent for a sidecar without HTTP. */
  checkHealth?: (port: number) => Promise<boolean>
  onEvent: (event: ForwardedEvent) => void
  onStatus: (status: SidecarStatus) => void
  timing?: Partial<Timing>
  clock?: Pick<AwakeClock, 'read'>
  /** Milliseconds. */
  tickInterval?: number
  checkInterval?: number
  stopTimeout?: number
}

interface Running {
  process: SidecarProcess
  protocol: LineProtocol
  stderr: StderrLog
  lineLog: LogLimit
  port: number | null
}

const loggedLinesPerSecond = 10

export function statusOf(name: SidecarName, machine: Machine): SidecarStatus {
  const { state, pid, readySince, restarts, memory, problem, stderrTail, lastFailure } = machine
  return { name, state, pid, readySince, restarts, memory, problem, stderrTail, lastFailure }
}

function isDone({ state }: Item): boolean {
  return state === 'indexed' || state === 'failed' || state === 'needs-model'
}

export class Supervisor {
  private machine: Machine = initialMachine
  private running: Running | null = null
  private tickTimer: NodeJS.Timeout | null = null
  private checkTimer: NodeJS.Timeout | null = null
  private checking = false
  private published = ''
  private whenStopped: (() => void)[] = []
  private starting: Promise<void> | null = null
  private stops = 0
  private readonly timing: Timing
  private readonly clock: Pick<AwakeClock, 'read'>

  constructor(private readonly options: SupervisorOptions) {
    this.timing = { ...defaultTiming, ...options.timing }
    this.clock = options.clock ?? new AwakeClock()
  }

  get status(): SidecarStatus {
    return statusOf(this.options.name, this.machine)
  }

  /** Where the sidecar serves HTTP, while it does. */
  get port(): number | null {
    return this.machine.state === 'ready' || this.machine.state === 'degraded' ? (this.running?.port ?? null) : null
  }

  get badLines(): number {
    return this.running?.protocol.badLines ?? 0
  }

  /** Resolves when the process is started, or a stop came first. */
  async start(): Promise<void> {
    const { stops } = this
    this.starting ??= this.endOrphan().finally(() => (this.starting = null))
    await this.starting
    if (stops === this.stops) this.feed({ type: 'start' })
  }

  restart(): void {
    this.feed({ type: 'restart' })
  }

  /** Resolves when no process is left. */
  async stop(): Promise<void> {
    this.stops += 1
    const stopped = new Promise<void>((resolve) => this.whenStopped.push(resolve))
    this.feed({ type: 'stop' })
    await Promise.all([stopped, this.starting])
  }

  private async endOrphan(): Promise<void> {
    const { record, log } = this.options
    try {
      const orphan = await record.endOrphan()
      if (orphan !== null) log.warn(`Process ${orphan} was left over from a launch that was killed, and has been ended.`)
    } catch (error) {
      log.error(`A process that was left over from an earlier launch could not be ended: ${messageOf(error)}`)
    }
  }

  private feed(input: Input): void {
    const before = this.machine.state
    const { machine, effects } = step(this.machine, input, {
      now: this.clock.read(),
      date: Date.now(),
      random: Math.random(),
      timing: this.timing,
      displayName: this.options.displayName,
    })
    this.machine = machine
    if (machine.state !== before) this.options.log.info(`[supervisor] ${before} -> ${machine.state}${machine.problem ? `: ${machine.problem.message}` : ''}`)
    this.keepTime()
    this.publish()
    effects.forEach((effect) => this.perform(effect))
    if (this.machine.state === 'stopped') this.whenStopped.splice(0).forEach((resolve) => resolve())
  }

  private perform(effect: Effect): void {
    if (effect === 'spawn') {
      this.spawn()
      return
    }
    const running = this.running
    if (running === null) return
    if (effect === 'kill-tree') void this.kill(running)
    else void this.stopGently(running)
  }

  private spawn(): void {
    let process: SidecarProcess
    try {
      process = this.options.launcher(this.options.plan())
    } catch (error) {
      this.feed({ type: 'exited', description: `It could not be started: ${messageOf(error)}`, stderrTail: [], lackedMemory: false })
      return
    }
    const { log } = this.options
    const running: Running = { process, protocol: new LineProtocol(), stderr: new StderrLog(log), lineLog: new LogLimit(log, loggedLinesPerSecond), port: null }
    const killsBefore = killsForLackOfMemory()
    this.running = running
    process.stdout.on('data', (chunk: Buffer) => {
      this.feed({ type: 'output' })
      this.takeLines(running, running.protocol.push(chunk))
    })
    process.stderr.on('data', (chunk: Buffer) => {
      this.feed({ type: 'output' })
      running.stderr.push(chunk)
    })
    void process.ended.then(async (end) => {
      this.takeLines(running, running.protocol.end())
      running.lineLog.end()
      running.stderr.end()
      const description = describeEnd(end)
      const stderrTail = running.stderr.tail()
      log.info(`[supervisor] ${description}`)
      await this.options.record.clear().catch((error: unknown) => log.warn(`The process record stays: ${messageOf(error)}`))
      this.running = null
      const lackedMemory = endedForLackOfMemory({ end, stderrTail, killsBefore, killsAfter: killsForLackOfMemory() })
      this.feed({ type: 'exited', description, stderrTail, lackedMemory })
    })
    if (process.pid === undefined) return
    this.feed({ type: 'spawned', pid: process.pid })
    this.options.record.write(process.pid).catch((error: unknown) => log.warn(`The process could not be recorded: ${messageOf(error)}`))
  }

  private takeLines(running: Running, lines: Line[]): void {
    for (const line of lines) {
      if (this.running !== running) return
      if ('event' in line) this.takeEvent(running, line.event)
      else running.lineLog.write('warn', `[supervisor] bad line (${line.bad.reason}): ${line.bad.preview}`)
    }
  }

  private takeEvent(running: Running, event: SidecarEvent): void {
    switch (event.type) {
      case 'ready':
        if (event.sidecar !== this.options.name || event.protocol !== PROTOCOL_VERSION) {
          const detail = `Expected ${this.options.name} with protocol ${PROTOCOL_VERSION}, got ${event.sidecar} with protocol ${event.protocol}.`
          this.feed({
            type: 'final',
            problem: problem('incompatible', `${this.options.displayName} does not belong to this version of the app.`, {
              nextStep: 'Install the app again.',
              detail,
            }),
          })
          return
        }
        running.port = event.port
        this.feed({ type: 'ready' })
        return
      case 'heartbeat':
        this.feed({ type: 'heartbeat', memory: event.memory })
        return
      case 'bye':
        this.options.log.info(`[supervisor] bye: ${event.reason}`)
        return
      case 'item-changed':
        if (isDone(event.item)) this.feed({ type: 'progress' })
        this.options.onEvent(event)
        return
      case 'error':
        running.lineLog.write('error', `[supervisor] ${event.problem.message} ${event.problem.detail ?? ''}`)
        if (event.final) this.feed({ type: 'final', problem: event.problem })
        this.options.onEvent(event)
        return
      default:
        this.options.onEvent(event)
    }
  }

  private async check(): Promise<void> {
    const running = this.running
    const { checkHealth } = this.options
    if (this.checking || running === null) return
    this.checking = true
    const answered = checkHealth && running.port !== null ? await checkHealth(running.port).catch(() => false) : null
    this.checking = false
    if (this.running === running) this.feed({ type: 'check', answered })
  }

  private async stopGently({ process }: Running): Promise<void> {
    process.send(formatCommand({ type: 'shutdown' }))
    process.closeInput()
    const timeout = new Promise<'timeout'>((resolve) => {
      const timer = setTimeout(() => resolve('timeout'), this.options.stopTimeout ?? 8_000)
      void process.ended.then(() => clearTimeout(timer))
    })
    const outcome = await Promise.race([process.ended, timeout])
    if (outcome !== 'timeout') return
    this.options.log.warn('[supervisor] It did not stop when asked and is ended.')
    await this.kill({ process })
  }

  private async kill({ process }: Pick<Running, 'process'>): Promise<void> {
    if (process.pid === undefined) return
    await killTree(process.pid).catch((error: unknown) => this.options.log.error(`Process ${String(process.pid)} could not be ended: ${messageOf(error)}`))
  }

  private keepTime(): void {
    const { state } = this.machine
    this.tickTimer = this.timer(this.tickTimer, state === 'starting' || state === 'restarting', this.options.tickInterval ?? 250, () => this.feed({ type: 'tick' }))
    this.checkTimer = this.timer(this.checkTimer, state === 'ready' || state === 'degraded', this.options.checkInterval ?? 4_000, () => void this.check())
  }

  private timer(current: NodeJS.Timeout | null, wanted: boolean, interval: number, act: () => void): NodeJS.Timeout | null {
    if (wanted) return current ?? setInterval(act, interval)
    if (current !== null) clearInterval(current)
    return null
  }

  private publish(): void {
    const status = this.status
    const text = JSON.stringify(status)
    if (text === this.published) return
    this.published = text
    this.options.onStatus(status)
  }
}
