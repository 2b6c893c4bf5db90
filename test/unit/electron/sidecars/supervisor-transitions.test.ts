/** The machine and its table, held against each other in full: every state, every input, everything that a decision depends on. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SupervisorState } from '../../../../electron/contract/relay'
import { problem } from '../../../../electron/problem'
import { defaultTiming, initialMachine, step, type Input, type Machine } from '../../../../electron/sidecars/supervisor-machine'
import { transitionTable, type Outcome } from '../../../../electron/sidecars/supervisor-transitions'

const states = Object.keys(transitionTable) as SupervisorState[]
const now = 1e6
const recent = [now - 2, now - 1]

const problems = [null, problem('start-hung', 'Silent'), problem('damaged', 'Broken'), problem('unresponsive', 'No answer')]

/** Everything that some decision looks at, in every combination, whether or not it can come about. */
const situations = (['judge', 'stop', 'start', 'give-up'] as const).flatMap((afterExit) =>
  problems.flatMap((told) =>
    [0, 1, 2, 3].flatMap((misses) =>
      [[], recent.slice(1), recent, [now - 1e7, now - 1]].flatMap((crashes) =>
        [now, now - 1e7].flatMap((before) =>
          [now - 1, now + 1].map((restartAt) => ({ afterExit, problem: told, misses, crashes, lastOutput: before, lastHeartbeat: before, restartAt })),
        ),
      ),
    ),
  ),
)

const exit = { type: 'exited' as const, description: 'It ended.', stderrTail: ['last words'] }
const inputs: { [T in Input['type']]: Extract<Input, { type: T }>[] } = {
  start: [{ type: 'start' }],
  stop: [{ type: 'stop' }],
  restart: [{ type: 'restart' }],
  tick: [{ type: 'tick' }],
  output: [{ type: 'output' }],
  spawned: [{ type: 'spawned', pid: 42 }],
  ready: [{ type: 'ready' }],
  final: [{ type: 'final', problem: problem('final', 'For good') }],
  heartbeat: [{ type: 'heartbeat', memory: 1 }],
  progress: [{ type: 'progress' }],
  check: [true, false, null].map((answered) => ({ type: 'check', answered })),
  exited: [true, false].map((lackedMemory) => ({ ...exit, lackedMemory })),
}
const inputTypes = Object.keys(inputs) as Input['type'][]

function allowed(state: SupervisorState, type: Input['type']): readonly Outcome[] | undefined {
  const row: Partial<Record<Input['type'], readonly Outcome[]>> = transitionTable[state]
  return row[type]
}

function outcome(machine: Machine, input: Input): { outcome: Outcome; isTheSame: boolean } {
  const next = step(machine, input, { now, date: now, random: 0.5, timing: defaultTiming, displayName: 'The service' })
  const [effect, ...others] = next.effects
  expect(others).toEqual([])
  return { outcome: effect === undefined ? next.machine.state : `${next.machine.state}: ${effect}`, isTheSame: next.machine === machine && effect === undefined }
}

describe.each(states)('%s', (state) => {
  const machines = situations
    .map((situation): Machine => ({ ...initialMachine, state, ...situation }))
    // A missed check is what degraded means.
    .filter(({ misses }) => state !== 'ready' || misses === 0)

  it.each(inputTypes)('%s', (type) => {
    const seen = machines.flatMap((machine) => inputs[type].map((input) => outcome(machine, input)))
    const named = allowed(state, type)
    // Not named: the very same machine, and nothing goes out.
    if (named === undefined) expect(seen.every(({ isTheSame }) => isTheSame)).toBe(true)
    // Named: nothing but what the table says, and all of it.
    else expect([...new Set(seen.map((entry) => entry.outcome))].sort()).toEqual([...named].sort())
  })
})

it('the documentation says where each state leads', () => {
  const text = readFileSync(path.resolve(__dirname, '../../../../docs/PROTOCOL.md'), 'utf8')
  for (const state of states) {
    const row = new RegExp(`^\\| ${state} \\| (.+) \\|$`, 'm').exec(text)?.[1] ?? ''
    const documented = [...row.matchAll(/→ ((?:\w+(?:, | or )?)+)/g)].flatMap(([, targets = '']) => targets.split(/, | or /))
    const reached = Object.values<readonly Outcome[]>(transitionTable[state]).flatMap((outcomes) => outcomes.map((entry) => entry.split(': ')[0] ?? ''))
    expect([state, [...new Set(documented)].sort()]).toEqual([state, [...new Set(reached)].filter((target) => target !== state).sort()])
  }
})
