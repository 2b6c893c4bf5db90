/**
 * When a sidecar is started, judged, killed and given up. Pure: the clock and the dice come in with each input, the work
 * goes out as effects. supervisor-transitions.ts lists all that can happen. Crash policy after VS Code's ExtensionHostCrashTracker:
 * three crashes in five minutes are final, unless it has got a file done in between. A few files that end their reader must not
 * keep it from all the others. A child that named a final problem is not started again by itself: it gets the time to end in order,
 * and then has failed.
 *
 * Restart of a running child is: ask it to end, then starting; it overrules a final problem, and a stop overrules it. What was stopped
 * stays so until it is started: a Restart must not bring a process back while the app quits or the library is replaced.
 */
import type { Problem } from '../contract/generated/events'
import type { SidecarStatus, SupervisorState } from '../contract/relay'
import { problem } from '../problem'
import type { TransitionTable } from './supervisor-transitions'

/** All in milliseconds. */
export interface Timing {
  /** A start without any output for so long has hung. */
  startSilence: number
  /** Heartbeats come every two seconds; one older than this is missed. */
  heartbeatSilence: number
  missesAllowed: number
  crashesAllowed: number
  crashWindow: number
  backoffBase: number
  backoffMaximum: number
  /** Share of the back-off that is random, so that two sidecars do not restart in step. */
  jitter: number
}

export const defaultTiming: Timing = {
  startSilence: 30_000,
  heartbeatSilence: 8_000,
  missesAllowed: 3,
  crashesAllowed: 3,
  crashWindow: 5 * 60_000,
  backoffBase: 1_000,
  backoffMaximum: 30_000,
  jitter: 0.25,
}

/** What is to happen once the running child has ended. */
type AfterExit = 'judge' | 'stop' | 'start' | 'give-up'

/** What the window is told, and what the judgement needs besides. */
export interface Machine extends Omit<SidecarStatus, 'name'> {
  /** Times of the crashes that still count. These times, like all that follow, are an AwakeClock's. */
  crashes: number[]
  misses: number
  lastOutput: number
  lastHeartbeat: number
  restartAt: number
  afterExit: AfterExit
}

interface Inputs {
  start: object
  stop: object
  restart: object
  tick: object
  output: object
  spawned: { pid: number }
  ready: object
  /** Why it ends now, and would again after a plain restart. */
  final: { problem: Problem }
  heartbeat: { memory: number }
  /** A file is done: indexed, or found to be unreadable. */
  progress: object
  /** The periodic health check; `answered` is null for a sidecar without HTTP. */
  check: { answered: boolean | null }
  /** Also a child that could not be spawned. */
  exited: { description: string; stderrTail: string[]; lackedMemory: boolean }
}
type InputOf<T extends keyof Inputs> = { type: T } & Inputs[T]
export type Input = { [T in keyof Inputs]: InputOf<T> }[keyof Inputs]

export type Effect = 'spawn' | 'stop-child' | 'kill-tree'

export interface Step {
  machine: Machine
  effects: Effect[]
}

/** `now` of an AwakeClock, `date` in Unix milliseconds and only to be told, `random` in [0, 1). */
export interface Moment {
  now: number
  date: number
  random: number
  timing: Timing
  displayName: string
}

export const initialMachine: Machine = {
  state: 'stopped',
  pid: null,
  readySince: null,
  restarts: 0,
  memory: null,
  problem: null,
  stderrTail: [],
  lastFailure: null,
  crashes: [],
  misses: 0,
  lastOutput: 0,
  lastHeartbeat: 0,
  restartAt: 0,
  afterExit: 'judge',
}

type Handler<T extends keyof Inputs> = (machine: Machine, input: InputOf<T>, moment: Moment) => Step
type AnyHandler = (machine: Machine, input: object, moment: Moment) => Step

function to(machine: Machine, change: Partial<Machine>, ...effects: Effect[]): Step {
  return { machine: { ...machine, ...change }, effects }
}

function stay(machine: Machine): Step {
  return { machine, effects: [] }
}

const launch: AnyHandler = (machine, _input, { now }) =>
  to(machine, { state: 'starting', pid: null, memory: null, misses: 0, lastOutput: now, lastHeartbeat: now, afterExit: 'judge' }, 'spawn')

/** A person asked: earlier crashes are forgiven. */
const launchAfresh: AnyHandler = (machine, input, moment) => launch({ ...machine, crashes: [], problem: null, stderrTail: [] }, input, moment)

const launchWhenDue: Handler<'tick'> = (machine, input, moment) =>
  moment.now >= machine.restartAt ? launch({ ...machine, problem: null }, input, moment) : stay(machine)

const haltNow: AnyHandler = (machine) => to(machine, { state: 'stopped', problem: null, stderrTail: [] })

const askToStop: AnyHandler = (machine) => (machine.afterExit === 'stop' ? stay(machine) : to(machine, { afterExit: 'stop' }, 'stop-child'))

const askToRestart: AnyHandler = (machine) =>
  machine.afterExit === 'start' || machine.afterExit === 'stop' ? stay(machine) : to(machine, { afterExit: 'start', crashes: [] }, 'stop-child')

/** Asked to end as by a stop: whoever ends already is not disturbed, and whoever does not is ended after a while. */
const giveUp: Handler<'final'> = (machine, input) =>
  machine.afterExit === 'judge' ? to(machine, { afterExit: 'give-up', problem: input.problem }, 'stop-child') : stay(machine)

const becomeReady: AnyHandler = (machine, _input, { now, date }) =>
  machine.afterExit === 'give-up'
    ? stay(machine)
    : to(machine, { state: 'ready', readySince: date, lastHeartbeat: now, lastOutput: now, misses: 0, problem: null, stderrTail: [] })

/** Silence, not total time: a start that loads much on a slow disk goes on as long as it says so. */
const judgeStart: Handler<'tick'> = (machine, _input, { now, timing, displayName }) => {
  if (machine.afterExit !== 'judge' || machine.problem?.code === 'start-hung') return stay(machine)
  if (now - machine.lastOutput < timing.startSilence) return stay(machine)
  const silence = Math.round(timing.startSilence / 1000)
  return to(machine, { problem: problem('start-hung', `${displayName} said nothing for ${silence} s while starting and was ended.`) }, 'kill-tree')
}

const judgeHealth: Handler<'check'> = (machine, input, { now, timing, displayName }) => {
  if (machine.afterExit !== 'judge') return stay(machine)
  const missed = input.answered === false || now - machine.lastHeartbeat > timing.heartbeatSilence
  if (!missed) return to(machine, { state: 'ready', misses: 0, problem: null })
  const misses = machine.misses + 1
  if (misses > timing.missesAllowed) return stay(machine)
  const unresponsive = problem('unresponsive', `${displayName} does not answer.`)
  const effects: Effect[] = misses === timing.missesAllowed ? ['kill-tree'] : []
  return to(machine, { state: 'degraded', misses, problem: unresponsive }, ...effects)
}

export function backoff(crashes: number, random: number, timing: Timing): number {
  const delay = Math.min(timing.backoffBase * 2 ** (crashes - 1), timing.backoffMaximum)
  return Math.round(delay * (1 + timing.jitter * (2 * random - 1)))
}

const judgeExit: Handler<'exited'> = (machine, input, moment) => {
  const ended: Machine = { ...machine, pid: null, readySince: null, memory: null, misses: 0, afterExit: 'judge' }
  if (machine.afterExit === 'stop') return haltNow(ended, input, moment)
  if (machine.afterExit === 'start') return launchAfresh({ ...ended, restarts: machine.restarts + 1 }, input, moment)
  const { now, date, timing, displayName } = moment
  const { stderrTail, lackedMemory } = input
  const withFailure = (told: Problem): Pick<Machine, 'problem' | 'stderrTail' | 'lastFailure'> => ({
    problem: told,
    stderrTail,
    lastFailure: { at: date, problem: told, stderrTail },
  })
  if (machine.afterExit === 'give-up' && machine.problem !== null) return to(ended, { state: 'failed', ...withFailure(machine.problem) })

  const crashes = [...machine.crashes.filter((time) => now - time < timing.crashWindow), now]
  const detail = [input.description, ...stderrTail].join('\n')
  if (crashes.length >= timing.crashesAllowed) {
    const minutes = Math.round(timing.crashWindow / 60_000)
    const often = `ended ${crashes.length} times within ${minutes} minutes and was not started again.`
    const final = lackedMemory
      ? problem('out-of-memory', `${displayName} ran out of memory. It ${often}`, { nextStep: 'Close other programs, then press Restart.', detail })
      : problem('crashed-repeatedly', `${displayName} ${often}`, { nextStep: 'Press Restart to try again.', detail })
    return to(ended, { state: 'failed', crashes, ...withFailure(final) })
  }
  const cause = lackedMemory ? `${displayName} ran out of memory.` : (machine.problem?.message ?? `${displayName} ended unexpectedly.`)
  return to(ended, {
    state: 'restarting',
    crashes,
    restarts: machine.restarts + 1,
    restartAt: now + backoff(crashes.length, moment.random, timing),
    ...withFailure(problem(lackedMemory ? 'out-of-memory' : 'crashed', `${cause} It is being started again.`, { detail })),
  })
}

const whileRunning = {
  spawned: (machine, { pid }) => to(machine, { pid }),
  output: (machine: Machine, _input: object, { now }: Moment) => to(machine, { lastOutput: now }),
  heartbeat: (machine, { memory }, { now }) => to(machine, { lastHeartbeat: now, memory }),
  progress: (machine) => to(machine, { crashes: [] }),
  final: giveUp,
  exited: judgeExit,
  stop: askToStop,
  restart: askToRestart,
} satisfies { [T in keyof Inputs]?: Handler<T> }

/** A handler for each input that the table names in a state, and no other. */
const transitions: { [S in SupervisorState]: { [T in keyof TransitionTable[S] & keyof Inputs]: Handler<T> } } = {
  stopped: { start: launchAfresh },
  starting: { ...whileRunning, ready: becomeReady, tick: judgeStart },
  ready: { ...whileRunning, check: judgeHealth },
  degraded: { ...whileRunning, check: judgeHealth },
  restarting: { tick: launchWhenDue, restart: launchAfresh, stop: haltNow },
  failed: { start: launchAfresh, restart: launchAfresh, stop: haltNow },
}

/** An input that a state does not name changes nothing. */
export function step(machine: Machine, input: Input, moment: Moment): Step {
  const named: { [T in keyof Inputs]?: unknown } = transitions[machine.state]
  const handler = named[input.type] as Handler<Input['type']> | undefined
  return handler ? handler(machine, input, moment) : stay(machine)
}
