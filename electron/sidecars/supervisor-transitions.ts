/**
 * What a supervisor may do: for each state and each input that it names, where that may lead and the work that goes out with it.
 * Everything else changes nothing. supervisor-machine.ts says when which of them happens, and is held against this table in full.
 */
import type { SupervisorState } from '../contract/relay'
import type { Effect, Input } from './supervisor-machine'

export type Outcome = SupervisorState | `${SupervisorState}: ${Effect}`

const noted = (state: 'starting' | 'ready' | 'degraded') => ({ spawned: [state], output: [state], heartbeat: [state], progress: [state] }) as const

/** Asked to end, and then awaited; or already asked by somebody who goes first. */
const asked = (state: 'starting' | 'ready' | 'degraded') => [`${state}: stop-child`, state] as const

/** By itself after a while; not again; it was to stop; it was to be started anew. */
const exited = ['restarting', 'failed', 'stopped', 'starting: spawn'] as const

const running = (state: 'starting' | 'ready' | 'degraded') =>
  ({ ...noted(state), final: asked(state), stop: asked(state), restart: asked(state), exited }) as const

export const transitionTable = {
  stopped: { start: ['starting: spawn'] },
  starting: { ...running('starting'), ready: ['ready', 'starting'], tick: ['starting', 'starting: kill-tree'] },
  ready: { ...running('ready'), check: ['ready', 'degraded'] },
  degraded: { ...running('degraded'), check: ['degraded', 'degraded: kill-tree', 'ready'] },
  restarting: { tick: ['restarting', 'starting: spawn'], restart: ['starting: spawn'], stop: ['stopped'] },
  failed: { start: ['starting: spawn'], restart: ['starting: spawn'], stop: ['stopped'] },
} as const satisfies Record<SupervisorState, Partial<Record<Input['type'], readonly Outcome[]>>>

export type TransitionTable = typeof transitionTable
