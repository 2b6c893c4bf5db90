/** What holds for the machine whatever happens, in whatever order and with whatever time between. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problem } from '../../../../electron/problem'
import { defaultTiming, initialMachine, step, type Effect, type Input, type Machine } from '../../../../electron/sidecars/supervisor-machine'

/** What happens to a sidecar from outside; a child says and does such things only while there is one. */
type Happening = 'start' | 'stop' | 'restart' | 'tick' | 'output' | 'ready' | 'final' | 'heartbeat' | 'progress' | 'passed check' | 'failed check' | 'exit' | 'obey'
const ofThePerson = ['start', 'stop', 'restart'] as const
const ofTheClock = ['tick', 'passed check', 'failed check'] as const
const ofTheChild = ['output', 'ready', 'final', 'heartbeat', 'progress', 'exit', 'obey'] as const

const happenings = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom<Happening>(...ofThePerson) },
      { weight: 4, arbitrary: fc.constantFrom<Happening>(...ofTheClock) },
      { weight: 6, arbitrary: fc.constantFrom<Happening>(...ofTheChild) },
    ),
    /** Milliseconds before it. */
    after: fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 60_000 })),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
  { maxLength: 120, size: 'max' },
)

/** The machine with the one thing that it acts on: children that run until they exit. */
class World {
  machine: Machine = initialMachine
  now = 0
  children = 0
  /** The present child has said that it is ready. */
  isReady = false
  /** It was asked to end or is being killed: it obeys at the next `obey`. */
  isEnding = false
  /** Times of the launches since a person intervened or a file got done. */
  launches: number[] = []
  readonly exits: { at: number; restartAt: number; crashes: number; random: number }[] = []

  happen(what: Happening, after: number, random = 0.5): void {
    this.now += after
    const input = this.inputFor(what)
    if (input === null) return
    if (what === 'restart' || what === 'start' || what === 'progress') this.launches = []
    this.feed(input, random)
  }

  private inputFor(what: Happening): Input | null {
    if (what === 'passed check' || what === 'failed check') return { type: 'check', answered: what === 'passed check' }
    if (what === 'start' || what === 'stop' || what === 'restart' || what === 'tick') return { type: what }
    if (this.children === 0 || (what === 'obey' && !this.isEnding)) return null
    if (what === 'exit' || what === 'obey') {
      this.children -= 1
      this.isReady = this.isEnding = false
      return { type: 'exited', description: 'It ended.', stderrTail: [], lackedMemory: false }
    }
    if (what === 'ready') this.isReady = true
    if (what === 'heartbeat') return { type: what, memory: 1 }
    if (what === 'final') return { type: what, problem: problem('final', 'For good') }
    return { type: what }
  }

  private feed(input: Input, random: number): void {
    const before = this.machine
    const { machine, effects } = step(before, input, { now: this.now, date: 0, random, timing: defaultTiming, displayName: 'The service' })
    this.machine = machine
    if (machine.state === 'restarting' && before.state !== 'restarting') {
      this.exits.push({ at: this.now, restartAt: machine.restartAt, crashes: machine.crashes.length, random })
    }
    effects.forEach((effect) => this.perform(effect))
  }

  private perform(effect: Effect): void {
    if (effect !== 'spawn') {
      // Nothing is asked of a child that is not there.
      expect(this.children).toBe(1)
      this.isEnding = true
      return
    }
    this.children += 1
    this.launches.push(this.now)
    this.feed({ type: 'spawned', pid: 42 }, 0)
  }
}

function live(happened: { what: Happening; after: number; random: number }[], after: (world: World) => void = () => undefined): World {
  const world = new World()
  for (const { what, after: pause, random } of happened) {
    world.happen(what, pause, random)
    after(world)
  }
  return world
}

function property(check: (happened: { what: Happening; after: number; random: number }[]) => void): void {
  fc.assert(fc.property(happenings, check), { numRuns: 2_000 })
}

describe('whatever happens', () => {
  it('there is one child while it runs, none otherwise, never two', () => {
    property((happened) => {
      live(happened, ({ machine, children }) => expect(children).toBe(['starting', 'ready', 'degraded'].includes(machine.state) ? 1 : 0))
    })
  })

  it('nobody is called ready who has not said so', () => {
    property((happened) => {
      live(happened, ({ machine, isReady }) => {
        if (machine.state === 'ready' || machine.state === 'degraded') expect(isReady).toBe(true)
        expect(machine.readySince !== null).toBe(machine.state === 'ready' || machine.state === 'degraded')
      })
    })
  })

  it('a stop is the end: once the child has obeyed, it is stopped, and only a start changes that', () => {
    property((happened) => {
      const world = live(happened)
      world.happen('stop', 10)
      for (const what of ['tick', 'restart', 'final', 'ready', 'failed check', 'heartbeat'] as const) world.happen(what, 40_000)
      if (world.children > 0) expect(world.isEnding).toBe(true)
      world.happen('obey', 10)
      expect(world.machine).toMatchObject({ state: 'stopped', pid: null, readySince: null, memory: null })
      for (const what of ['tick', 'restart', 'passed check'] as const) world.happen(what, 40_000)
      expect(world.children).toBe(0)
      world.happen('start', 10)
      expect(world.children).toBe(1)
    })
  })

  it('it is not launched more than three times in five minutes by itself while no file gets done', () => {
    property((happened) => {
      live(happened, ({ launches }) => {
        for (const [index, first] of launches.entries()) {
          const within = launches.slice(index).filter((time) => time - first < defaultTiming.crashWindow)
          expect(within.length).toBeLessThanOrEqual(defaultTiming.crashesAllowed)
        }
      })
    })
  })

  it('it comes back after a pause that is within its bounds, and not before', () => {
    property((happened) => {
      const { exits } = live(happened)
      for (const { at, restartAt, crashes, random } of exits) {
        const whole = Math.min(defaultTiming.backoffBase * 2 ** (crashes - 1), defaultTiming.backoffMaximum)
        expect(restartAt - at).toBe(Math.round(whole * (0.75 + random / 2)))
        expect(restartAt - at).toBeGreaterThanOrEqual(750)
        expect(restartAt - at).toBeLessThanOrEqual(37_500)
      }
    })
    property((happened) => {
      let before: Machine = initialMachine
      live(happened, ({ machine, now }) => {
        if (before.state === 'restarting' && machine.state === 'starting' && machine.crashes.length > 0) expect(now).toBeGreaterThanOrEqual(before.restartAt)
        before = machine
      })
    })
  })

  it('whoever has failed or ended for good says why, with what it said last', () => {
    property((happened) => {
      live(happened, ({ machine }) => {
        if (machine.state === 'failed' || machine.state === 'restarting') expect(machine.lastFailure?.problem).toEqual(machine.problem)
        if (machine.state === 'failed') expect(machine.problem).not.toBeNull()
        if (machine.state === 'degraded') expect(machine.problem).not.toBeNull()
        if (machine.state === 'ready') expect(machine.misses).toBe(0)
        if (machine.state === 'ready' && machine.afterExit === 'judge') expect(machine.problem).toBeNull()
      })
    })
  })
})
