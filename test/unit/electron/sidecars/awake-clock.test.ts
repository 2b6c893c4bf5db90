import { describe, expect, it } from 'vitest'
import { AwakeClock } from '../../../../electron/sidecars/awake-clock'
import { defaultTiming, initialMachine, step, type Input, type Machine } from '../../../../electron/sidecars/supervisor-machine'

const hours = 3_600_000

/** A clock over one that the test sets. */
function clockAt(start: number): { clock: AwakeClock; set: (time: number) => void } {
  let time = start
  return { clock: new AwakeClock(() => time), set: (next) => (time = next) }
}

describe('AwakeClock', () => {
  it('measures what passes', () => {
    const { clock, set } = clockAt(1e6)
    set(1e6 + 250)
    expect(clock.read()).toBe(250)
    set(1e6 + 4_250)
    expect(clock.read()).toBe(4_250)
    expect(clock.read()).toBe(4_250)
  })

  it('does not count a sleep, and never goes backwards', () => {
    const { clock, set } = clockAt(1e6)
    set(1e6 + 8 * hours)
    expect(clock.read()).toBe(5_000)
    set(1e6)
    expect(clock.read()).toBe(5_000)
    set(1e6 + 100)
    expect(clock.read()).toBe(5_100)
  })

  it('keeps to the time that passes when the time of day is set', () => {
    const clock = new AwakeClock()
    const before = clock.read()
    const real = Date.now
    try {
      Date.now = () => real() + 9 * hours
      expect(clock.read() - before).toBeLessThan(1_000)
    } finally {
      Date.now = real
    }
  })
})

describe('a sleep of eight hours', () => {
  /** Feeds inputs; before each of them so much time passes. */
  function live(machine: Machine, ...inputs: (readonly [milliseconds: number, input: Input])[]): { machine: Machine; effects: string[] } {
    let time = 0
    const clock = new AwakeClock(() => time)
    const effects: string[] = []
    for (const [milliseconds, input] of inputs) {
      time += milliseconds
      const next = step(machine, input, { now: clock.read(), date: 0, random: 0.5, timing: defaultTiming, displayName: 'The service' })
      machine = next.machine
      effects.push(...next.effects)
    }
    return { machine, effects }
  }
  const start: [number, Input] = [0, { type: 'start' }]
  const exit: Input = { type: 'exited', description: '', stderrTail: [], lackedMemory: false }
  const check: Input = { type: 'check', answered: null }

  it('ends no healthy start', () => {
    expect(live(initialMachine, start, [20_000, { type: 'output' }], [8 * hours, { type: 'tick' }], [250, { type: 'tick' }]).effects).toEqual(['spawn'])
  })

  it('does not even degrade a healthy sidecar, whose heartbeats come after the check', () => {
    const { machine, effects } = live(initialMachine, start, [100, { type: 'ready' }], [2_000, { type: 'heartbeat', memory: 1 }], [8 * hours, check])
    expect(machine.state).toBe('ready')
    expect(effects).toEqual(['spawn'])
  })

  it('hides no sidecar that stays silent after it', () => {
    const silent = Array.from({ length: 5 }, () => [4_000, check] as const)
    expect(live(initialMachine, start, [100, { type: 'ready' }], [8 * hours, check], ...silent).effects).toEqual(['spawn', 'kill-tree'])
  })

  it('does not hold back a restart', () => {
    expect(live(initialMachine, start, [100, { type: 'ready' }], [1_000, exit], [8 * hours, { type: 'tick' }]).effects).toEqual(['spawn', 'spawn'])
  })
})
