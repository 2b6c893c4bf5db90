import { describe, expect, it } from 'vitest'
import { problem } from '../../../../electron/problem'
import {
  backoff,
  defaultTiming,
  initialMachine,
  step,
  type Input,
  type Machine,
  type Step,
} from '../../../../electron/sidecars/supervisor-machine'

const exit: Input = { type: 'exited', description: 'It ended with exit code 1.', stderrTail: ['last words'], lackedMemory: false }
/** Of the first input; the clock of the machine begins at nought wherever it runs. */
const midnight = Date.UTC(2026, 10, 23)

/** Feeds inputs at given times and returns the last step. */
function run(machine: Machine, ...inputs: (readonly [now: number, input: Input])[]): Step {
  let last: Step = { machine, effects: [] }
  for (const [now, input] of inputs) last = step(last.machine, input, { now, date: midnight + now, random: 0.5, timing: defaultTiming, displayName: 'The service' })
  return last
}

const starting = run(initialMachine, [0, { type: 'start' }], [1, { type: 'spawned', pid: 42 }]).machine
const ready = run(starting, [100, { type: 'ready' }]).machine
const degraded = run(ready, [10_000, { type: 'check', answered: null }]).machine
const restarting = run(ready, [200, exit]).machine
const failed = run(initialMachine, [0, { type: 'start' }], [1, exit], [2_000, { type: 'tick' }], [2_001, exit], [9_000, { type: 'tick' }], [9_001, exit]).machine

describe('stopped', () => {
  it('starts when told', () => {
    expect(run(initialMachine, [0, { type: 'start' }])).toMatchObject({ machine: { state: 'starting' }, effects: ['spawn'] })
  })

  it.each<Input>([{ type: 'tick' }, { type: 'stop' }, { type: 'restart' }, { type: 'output' }, { type: 'heartbeat', memory: 1 }, { type: 'check', answered: false }, { type: 'progress' }, exit])('ignores $type', (input) => {
    expect(run(initialMachine, [5, input])).toEqual({ machine: initialMachine, effects: [] })
  })
})

describe('starting', () => {
  it('becomes ready', () => {
    expect(ready).toMatchObject({ state: 'ready', pid: 42, readySince: midnight + 100, problem: null })
  })

  it('may take any time as long as it says something', () => {
    const talking = Array.from({ length: 20 }, (_, index) => [index * 29_000, { type: index % 2 ? 'tick' : 'output' }] as const)
    expect(run(starting, ...talking)).toMatchObject({ machine: { state: 'starting', problem: null }, effects: [] })
  })

  it('is killed once after 30 s of silence', () => {
    const hung = run(starting, [30_000, { type: 'tick' }])
    expect(hung).toMatchObject({ machine: { state: 'starting', problem: { code: 'start-hung' } }, effects: ['kill-tree'] })
    expect(run(hung.machine, [31_000, { type: 'tick' }]).effects).toEqual([])
    expect(run(hung.machine, [31_000, exit]).machine).toMatchObject({ state: 'restarting', problem: { message: expect.stringContaining('said nothing for 30 s') as string } })
  })

  it('is not judged while it is being stopped', () => {
    expect(run(starting, [5, { type: 'stop' }], [40_000, { type: 'tick' }]).effects).toEqual([])
  })

})

describe.each([
  ['starting', starting],
  ['ready', ready],
  ['degraded', degraded],
] as const)('a final problem while %s', (state, machine) => {
  const tooNew = problem('library-too-new', 'This library was written by a newer version.')
  const told = run(machine, [20_000, { type: 'final', problem: tooNew }])

  it('lets the child end in order and is then failed, without another try and whatever its exit says', () => {
    expect(told).toMatchObject({ machine: { state, problem: tooNew }, effects: ['stop-child'] })
    for (const last of [exit, { ...exit, lackedMemory: true }]) {
      expect(run(told.machine, [20_001, last])).toMatchObject({
        machine: { state: 'failed', problem: tooNew, stderrTail: ['last words'], lastFailure: { problem: tooNew, stderrTail: ['last words'] }, restarts: machine.restarts },
        effects: [],
      })
    }
  })

  it('is kept against everything that the child still does', () => {
    const ending: Input[] = [{ type: 'output' }, { type: 'heartbeat', memory: 1 }, { type: 'ready' }, { type: 'check', answered: false }, { type: 'check', answered: true }, { type: 'tick' }]
    for (const input of [...ending, { type: 'final', problem: problem('another', 'Another') } as const]) {
      expect(run(told.machine, [90_000, input])).toMatchObject({ machine: { state, problem: tooNew, afterExit: 'give-up' }, effects: [] })
    }
  })

  it('is overruled by Restart and by a stop', () => {
    expect(run(told.machine, [20_001, { type: 'restart' }], [20_002, exit])).toMatchObject({ machine: { state: 'starting', problem: null }, effects: ['spawn'] })
    expect(run(told.machine, [20_001, { type: 'stop' }], [20_002, exit]).machine).toMatchObject({ state: 'stopped', problem: null })
  })

  it('does not overrule what was asked before', () => {
    expect(run(machine, [20_000, { type: 'stop' }], [20_001, { type: 'final', problem: tooNew }], [20_002, exit]).machine.state).toBe('stopped')
    expect(run(machine, [20_000, { type: 'restart' }], [20_001, { type: 'final', problem: tooNew }], [20_002, exit]).machine.state).toBe('starting')
  })

  it('stays to be read, and Restart tries again', () => {
    const gone = run(told.machine, [20_001, exit]).machine
    expect(run(gone, [1e9, { type: 'tick' }], [1e9, { type: 'check', answered: null }])).toEqual({ machine: gone, effects: [] })
    expect(run(gone, [1e9, { type: 'restart' }])).toMatchObject({ machine: { state: 'starting', problem: null, lastFailure: { problem: tooNew } }, effects: ['spawn'] })
  })
})

describe('ready', () => {
  it('stays ready while heartbeats come and the health check passes', () => {
    expect(run(ready, [4_000, { type: 'heartbeat', memory: 7 }], [5_000, { type: 'check', answered: true }]).machine).toMatchObject({ state: 'ready', misses: 0, memory: 7 })
  })

  it('is degraded by a missing heartbeat, or by a health check without answer', () => {
    expect(degraded).toMatchObject({ state: 'degraded', misses: 1, problem: { code: 'unresponsive' } })
    expect(run(ready, [200, { type: 'check', answered: false }]).machine.state).toBe('degraded')
  })

  it('is started again after an exit, also with code 0', () => {
    expect(restarting).toMatchObject({ state: 'restarting', restarts: 1, pid: null, readySince: null, stderrTail: ['last words'] })
  })

  it('stops when told, without counting a crash', () => {
    const asked = run(ready, [300, { type: 'stop' }])
    expect(asked.effects).toEqual(['stop-child'])
    expect(run(asked.machine, [301, { type: 'stop' }]).effects).toEqual([])
    expect(run(asked.machine, [400, exit]).machine).toMatchObject({ state: 'stopped', crashes: [], problem: null })
  })

  it('restarts by the button: stops gently, then starts with a clean record', () => {
    const asked = run(ready, [300, { type: 'restart' }])
    expect(asked.effects).toEqual(['stop-child'])
    expect(run(asked.machine, [400, exit])).toMatchObject({ machine: { state: 'starting', crashes: [], restarts: 1 }, effects: ['spawn'] })
  })

  it('a stop overrules a restart that is under way, and no restart overrules a stop', () => {
    expect(run(ready, [300, { type: 'restart' }], [301, { type: 'stop' }], [302, exit]).machine.state).toBe('stopped')
    expect(run(ready, [300, { type: 'stop' }], [301, { type: 'restart' }], [302, exit], [303, { type: 'restart' }])).toMatchObject({ machine: { state: 'stopped' }, effects: [] })
  })
})

describe('degraded', () => {
  it('recovers', () => {
    expect(run(degraded, [10_001, { type: 'heartbeat', memory: 1 }], [10_002, { type: 'check', answered: true }]).machine).toMatchObject({ state: 'ready', misses: 0, problem: null })
  })

  it('is killed at the third miss, once', () => {
    const second = run(degraded, [14_000, { type: 'check', answered: null }])
    expect(second.effects).toEqual([])
    const third = run(second.machine, [18_000, { type: 'check', answered: null }])
    expect(third.effects).toEqual(['kill-tree'])
    expect(run(third.machine, [22_000, { type: 'check', answered: null }]).effects).toEqual([])
    expect(run(third.machine, [22_000, exit]).machine).toMatchObject({ state: 'restarting', problem: { message: expect.stringContaining('does not answer') as string } })
  })
})

describe('restarting', () => {
  it('waits for its time', () => {
    expect(run(restarting, [restarting.restartAt - 1, { type: 'tick' }]).effects).toEqual([])
    expect(run(restarting, [restarting.restartAt, { type: 'tick' }])).toMatchObject({ machine: { state: 'starting' }, effects: ['spawn'] })
  })

  it('does not wait when a person presses Restart', () => {
    expect(run(restarting, [201, { type: 'restart' }])).toMatchObject({ machine: { state: 'starting', crashes: [] }, effects: ['spawn'] })
  })

  it('stops at once', () => {
    expect(run(restarting, [201, { type: 'stop' }])).toMatchObject({ machine: { state: 'stopped' }, effects: [] })
  })
})

describe('failed', () => {
  it('comes with the third crash in five minutes, with the last stderr lines', () => {
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'crashed-repeatedly' }, stderrTail: ['last words'] })
    expect(failed.problem?.detail).toContain('last words')
  })

  it('does not come when the crashes are further apart', () => {
    const first = run(ready, [1_000, exit]).machine
    const second = run(first, [10_000, { type: 'tick' }], [200_000, exit]).machine
    const third = run(second, [210_000, { type: 'tick' }], [302_000, exit]).machine
    expect(third).toMatchObject({ state: 'restarting', crashes: [200_000, 302_000] })
  })

  it('does not come while files get done in between, and comes as soon as none does', () => {
    const once = (from: Machine, at: number, ...before: Input[]): Machine =>
      run(from, [at, { type: 'tick' }], ...before.map((input) => [at + 1, input] as const), [at + 2, exit]).machine
    const first = once(restarting, 10_000)
    expect(first.crashes).toHaveLength(2)
    const second = once(first, 20_000, { type: 'progress' })
    expect(second).toMatchObject({ state: 'restarting', crashes: [20_002] })
    expect(once(once(second, 30_000), 40_000)).toMatchObject({ state: 'failed' })
  })

  it('names memory where memory was the cause', () => {
    const short: Input = { ...exit, lackedMemory: true }
    expect(run(ready, [1_000, short]).machine.problem).toMatchObject({ code: 'out-of-memory', message: 'The service ran out of memory. It is being started again.' })
    const last = run(ready, [1_000, exit], [5_000, { type: 'tick' }], [5_001, exit], [20_000, { type: 'tick' }], [20_001, short]).machine
    expect(last).toMatchObject({ state: 'failed', problem: { code: 'out-of-memory', next_step: 'Close other programs, then press Restart.' } })
  })

  it('leaves what happened to be read when it is ready again, and after a Restart', () => {
    const again = run(restarting, [10_000, { type: 'tick' }], [10_500, { type: 'ready' }]).machine
    const expected = { at: midnight + 200, problem: { code: 'crashed' }, stderrTail: ['last words'] }
    expect(again).toMatchObject({ state: 'ready', problem: null, stderrTail: [], lastFailure: expected })
    expect(run(again, [11_000, { type: 'restart' }], [11_001, exit]).machine).toMatchObject({ state: 'starting', lastFailure: expected })
    expect(ready.lastFailure).toBeNull()
  })

  it('is left by Restart only', () => {
    expect(run(failed, [1e9, { type: 'tick' }]).effects).toEqual([])
    expect(run(failed, [1e9, { type: 'restart' }])).toMatchObject({ machine: { state: 'starting', crashes: [], problem: null }, effects: ['spawn'] })
  })
})

describe('backoff', () => {
  it('doubles, has a maximum and is spread by a quarter', () => {
    expect([1, 2, 3].map((crashes) => backoff(crashes, 0.5, defaultTiming))).toEqual([1_000, 2_000, 4_000])
    expect(backoff(50, 0.5, defaultTiming)).toBe(30_000)
    expect([0, 1].map((random) => backoff(1, random, defaultTiming))).toEqual([750, 1_250])
  })
})
