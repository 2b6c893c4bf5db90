/** The supervisor over real Python processes, started through execa and python-shell as the app starts them. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SidecarName } from '../../../../electron/contract/generated/events'
import type { ForwardedEvent, SidecarStatus, SupervisorState } from '../../../../electron/contract/relay'
import { SearchClient } from '../../../../electron/search-client'
import { launchAudioProcessor } from '../../../../electron/sidecars/audio-processor'
import { sidecarEnvironment } from '../../../../electron/sidecars/environment'
import { OrphanRecord } from '../../../../electron/sidecars/orphan-record'
import { launchSearchServer } from '../../../../electron/sidecars/search-server'
import { Supervisor, type SupervisorOptions } from '../../../../electron/sidecars/supervisor'
import { defaultTiming, type Timing } from '../../../../electron/sidecars/supervisor-machine'
import { anyPython } from '../any-python'
import { isRunning, recordingLog, temporaryFolder, until } from '../support'
import { HurriedClock } from './hurried-clock'

const fixtures = path.join(__dirname, '..', 'fixtures')
const secret = 'the secret'

/** Back-off is short; how long a process may be silent, or take for an answer or its end, is left as it is, since this machine may be busy. */
const soon: Partial<Timing> = { backoffBase: 50, backoffMaximum: 100 }
/** For the tests in which silence is the matter. */
const briefPause: Partial<SupervisorOptions> = { timing: { ...soon, heartbeatSilence: 600 } }

let folder: string
let remove: () => Promise<void>
let supervisors: Supervisor[]

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  supervisors = []
})

afterEach(async () => {
  await Promise.all(supervisors.map((supervisor) => supervisor.stop()))
  await remove()
})

function behave(behaviour: string): void {
  writeFileSync(path.join(folder, 'behaviour'), behaviour)
}

function starts(): number[] {
  const file = path.join(folder, 'starts')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
}

/** Never nought: a signal to that goes to this program itself, and to all that are started with it. */
function pidOf({ status }: Supervisor): number {
  if (status.pid === null) throw new Error(`there is no process: ${JSON.stringify(status)}`)
  return status.pid
}

function supervise(name: SidecarName, { answerTimeout, ...change }: Partial<SupervisorOptions> & { answerTimeout?: number } = {}) {
  const log = recordingLog()
  const events: ForwardedEvent[] = []
  const history: SidecarStatus[] = []
  const client = new SearchClient({ port: () => null, secret })
  const supervisor = new Supervisor({
    name,
    displayName: 'The service',
    launcher: name === 'search-server' ? launchSearchServer : launchAudioProcessor,
    plan: () => ({
      python: anyPython,
      cwd: fixtures,
      env: sidecarEnvironment(
        { ...process.env, PYTHONPATH: '/nowhere', LD_LIBRARY_PATH: '/nowhere' },
        { dataDirectory: folder, modelsDirectory: folder, bundledModelsDirectory: null, temporaryDirectory: folder, offline: true, ...(name === 'search-server' ? { secret } : {}) },
      ),
    }),
    record: new OrphanRecord(path.join(folder, 'run'), name),
    log,
    ...(name === 'search-server' ? { checkHealth: (port: number) => client.isHealthy(port, answerTimeout) } : {}),
    onEvent: (event) => events.push(event),
    onStatus: (status) => history.push(status),
    timing: soon,
    tickInterval: 20,
    checkInterval: 100,
    ...change,
  })
  supervisors.push(supervisor)
  const reach = (state: SupervisorState): Promise<void> => until(() => supervisor.status.state === state, `${name} is ${state}; ${JSON.stringify(supervisor.status)}`)
  /** By its history: on a busy machine the next may be found silent too. */
  const restarted = (): Promise<void> => until(() => history.some(({ state, restarts }) => state === 'ready' && restarts > 0), `${name} is ready again; ${JSON.stringify(supervisor.status)}`)
  return { supervisor, log, events, history, reach, restarted }
}

describe.each<SidecarName>(['search-server', 'audio-processor'])('%s', (name) => {
  it('becomes ready, beats, and stops in order', async () => {
    const { supervisor, log, reach, history } = supervise(name)
    await supervisor.start()
    await reach('ready')
    await until(() => supervisor.status.memory === 1024, 'a heartbeat came')
    expect(supervisor.port === null).toBe(name === 'audio-processor')
    const { pid } = supervisor.status
    expect(starts()).toEqual([pid])
    await supervisor.stop()
    expect(supervisor.status).toMatchObject({ state: 'stopped', pid: null })
    expect(isRunning(Number(pid))).toBe(false)
    expect(log.lines).toContain('[supervisor] bye: shutdown')
    expect([...new Set(history.map(({ state }) => state))]).toEqual(['starting', 'ready', 'stopped'])
  })

  it('gets a clean environment', async () => {
    const { supervisor, reach } = supervise(name)
    await supervisor.start()
    await reach('ready')
    const environment = JSON.parse(readFileSync(path.join(folder, `environment-${name}.json`), 'utf8')) as Record<string, string>
    expect(environment).toMatchObject({ PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8', HF_HUB_OFFLINE: '1', CONTENTCACHE_DATA_DIR: folder, CONTENTCACHE_OFFLINE: '1' })
    for (const leaked of ['PYTHONPATH', 'LD_LIBRARY_PATH', 'VITEST', 'NODE_ENV']) expect(environment).not.toHaveProperty(leaked)
    expect('CONTENTCACHE_SECRET' in environment).toBe(name === 'search-server')
  })

  it('is started again after kill -9', async () => {
    const { supervisor, reach } = supervise(name)
    await supervisor.start()
    await reach('ready')
    const first = pidOf(supervisor)
    process.kill(first, 'SIGKILL')
    await until(() => supervisor.status.state === 'ready' && supervisor.status.pid !== first, 'a second process is ready')
    expect(supervisor.status).toMatchObject({ restarts: 1, problem: null })
    expect(isRunning(first)).toBe(false)
  })

  it('fails after three crashes with its last words, and Restart tries again', async () => {
    behave('crash')
    const { supervisor, reach } = supervise(name)
    await supervisor.start()
    await reach('failed')
    expect(starts()).toHaveLength(3)
    expect(supervisor.status.stderrTail).toEqual(['Traceback: the disk is made of cheese'])
    expect(supervisor.status.problem).toMatchObject({ code: 'crashed-repeatedly', detail: expect.stringContaining('exit code 3') as string })
    behave('good')
    supervisor.restart()
    await reach('ready')
  })
})

it('a program that does not exist ends in failed with the reason', async () => {
  for (const name of ['search-server', 'audio-processor'] as const) {
    const { supervisor, reach } = supervise(name, { plan: () => ({ python: path.join(folder, 'no-python'), cwd: fixtures, env: {} }) })
    await supervisor.start()
    await reach('failed')
    expect(supervisor.status.problem?.detail).toContain('ENOENT')
  }
})

it('talking while starting is not ended, however long it takes', async () => {
  behave('talks')
  const clock = new HurriedClock()
  const { supervisor, reach, log, history } = supervise('audio-processor', { clock })
  await supervisor.start()
  for (const step of [0, 1, 2]) {
    await until(() => log.lines.includes(`loading ${step}`), `it loads ${step}`)
    clock.skip((2 / 3) * defaultTiming.startSilence)
    writeFileSync(path.join(folder, `heard ${step}`), '')
  }
  await reach('ready')
  expect(starts()).toHaveLength(1)
  expect(history.some(({ problem }) => problem !== null)).toBe(false)
})

it('silence while starting is ended', async () => {
  behave('silent')
  const { supervisor, reach, history } = supervise('search-server', { timing: { ...soon, startSilence: 1_000 } })
  await supervisor.start()
  await reach('failed')
  expect(history.some(({ problem }) => problem?.code === 'start-hung')).toBe(true)
})

it('a process that stops beating is degraded, killed and started again', async () => {
  behave('mute')
  const { supervisor, reach, restarted, history } = supervise('audio-processor', briefPause)
  await supervisor.start()
  await reach('ready')
  behave('good')
  await restarted()
  expect(history.map(({ state }) => state)).toContain('degraded')
})

it('a frozen process (SIGSTOP) is killed and started again', async () => {
  const { supervisor, reach, restarted } = supervise('search-server', { ...briefPause, answerTimeout: 500 })
  await supervisor.start()
  await reach('ready')
  const first = pidOf(supervisor)
  process.kill(first, 'SIGSTOP')
  await restarted()
  expect(isRunning(first)).toBe(false)
})

it('HTTP that answers 503 degrades, and recovers by itself', async () => {
  const { supervisor, reach } = supervise('search-server', { timing: { missesAllowed: 1_000 } })
  await supervisor.start()
  await reach('ready')
  writeFileSync(path.join(folder, 'ill'), '')
  await reach('degraded')
  rmSync(path.join(folder, 'ill'))
  await reach('ready')
  expect(supervisor.status.restarts).toBe(0)
})

it('a process that ignores every request to stop is ended', async () => {
  behave('stubborn')
  const { supervisor, reach } = supervise('search-server', { stopTimeout: 200 })
  await supervisor.start()
  await reach('ready')
  const stubborn = pidOf(supervisor)
  await supervisor.stop()
  expect(isRunning(stubborn)).toBe(false)
})

it('a frozen process is ended with its children, which it cannot end itself', async () => {
  behave('family')
  const { supervisor, reach } = supervise('audio-processor', briefPause)
  await supervisor.start()
  await reach('ready')
  const grandchild = Number(readFileSync(path.join(folder, 'grandchild'), 'utf8'))
  behave('good')
  process.kill(pidOf(supervisor), 'SIGSTOP')
  await until(() => !isRunning(grandchild), 'the grandchild is gone')
})

it('a stop while starting leaves nothing behind', async () => {
  behave('silent')
  const { supervisor } = supervise('audio-processor', { stopTimeout: 100 })
  await supervisor.start()
  await until(() => starts().length === 1, 'the process runs')
  await supervisor.stop()
  expect(starts().some(isRunning)).toBe(false)
})

it('bad lines are logged and counted, and the good ones count', async () => {
  behave('garbage')
  const { supervisor, reach, log } = supervise('audio-processor')
  await supervisor.start()
  await reach('ready')
  expect(supervisor.badLines).toBe(3)
  expect(log.lines.filter((line) => line.includes('bad line'))).toHaveLength(3)
  expect(Math.max(...log.lines.map((line) => line.length))).toBeLessThan(600)
})

it('a line that comes byte by byte is one event', async () => {
  behave('progress')
  const { supervisor, events } = supervise('audio-processor')
  await supervisor.start()
  await until(() => events.length === 1, 'the progress arrives')
  expect(events[0]).toMatchObject({ type: 'job-progress', name: 'größe.mp3' })
})

it('a process that dies in the middle of a line is started again', async () => {
  behave('half-line')
  const { supervisor, reach } = supervise('audio-processor')
  await supervisor.start()
  await reach('failed')
  expect(starts()).toHaveLength(3)
})

it('a flood on stderr neither blocks the child nor fills the log', async () => {
  behave('flood')
  const { supervisor, reach, log } = supervise('search-server')
  await supervisor.start()
  await reach('ready')
  expect(log.lines.length).toBeLessThan(5_000)
  expect(log.lines.some((line) => line.startsWith('line 0 '))).toBe(true)
})

it.each(['final-exit-0', 'final-exit-4', 'final-last-work', 'final-hangs'])('a final error (%s) fails with its problem and without another try, and Restart tries again', async (behaviour) => {
  behave(behaviour)
  const { supervisor, reach, events } = supervise('audio-processor', behaviour === 'final-hangs' ? { stopTimeout: 200 } : {})
  await supervisor.start()
  await reach('failed')
  expect(starts()).toHaveLength(1)
  expect(starts().some(isRunning)).toBe(false)
  expect(supervisor.status).toMatchObject({ problem: { code: 'library-too-new' }, lastFailure: { problem: { code: 'library-too-new' } }, stderrTail: ['the library is of next year'], restarts: 0 })
  expect(existsSync(path.join(folder, 'last-work'))).toBe(behaviour === 'final-last-work')
  expect(events).toMatchObject([{ type: 'error', final: true }])
  behave('good')
  supervisor.restart()
  await reach('ready')
})

it('a stop before the start is under way leaves nothing behind, nor does a Restart after it', async () => {
  const { supervisor, history } = supervise('audio-processor')
  const starting = supervisor.start()
  await supervisor.stop()
  await starting
  supervisor.restart()
  expect(supervisor.status.state).toBe('stopped')
  expect(starts()).toEqual([])
  expect(history.every(({ state }) => state === 'stopped')).toBe(true)
  const again = supervisor.start()
  const stopped = supervisor.stop()
  await Promise.all([supervisor.start(), again, stopped])
  await until(() => supervisor.status.state === 'ready', 'the last word was start')
  expect(starts()).toHaveLength(1)
})

it('Restart while it is being stopped does not bring it back', async () => {
  behave('stubborn')
  const { supervisor, reach } = supervise('audio-processor', { stopTimeout: 100 })
  await supervisor.start()
  await reach('ready')
  const stopped = supervisor.stop()
  supervisor.restart()
  await stopped
  expect(supervisor.status.state).toBe('stopped')
  expect(starts()).toHaveLength(1)
  expect(starts().some(isRunning)).toBe(false)
})

it('another protocol version fails at once', async () => {
  behave('other-protocol')
  const { supervisor, reach } = supervise('audio-processor')
  await supervisor.start()
  await reach('failed')
  expect(starts()).toHaveLength(1)
  expect(supervisor.status.problem?.code).toBe('incompatible')
})

it('after fifty restarts of each this program holds what it held after the first', async () => {
  const timing = { backoffBase: 1, backoffMaximum: 1, crashesAllowed: 1_000 }
  const both = (['search-server', 'audio-processor'] as const).map((name) => supervise(name, { timing }))
  await Promise.all(both.map(({ supervisor }) => supervisor.start()))
  const allReady = () => Promise.all(both.map(({ reach }) => reach('ready')))
  const allDie = async (): Promise<void> => {
    await allReady()
    for (const { supervisor } of both) {
      const times = supervisor.status.restarts
      process.kill(pidOf(supervisor), 'SIGKILL')
      await until(() => supervisor.status.restarts === times + 1, 'its end was noticed')
    }
  }
  const held = () => ({
    // Of another system: nothing to count.
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    resources: process.getActiveResourcesInfo().sort(),
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  })
  await allDie()
  await allReady()
  const before = held()
  for (let times = 1; times <= 50; times += 1) await allDie()
  await allReady()
  // What the last start and check have open passes; what each of fifty had left behind would not.
  await until(() => isDeepStrictEqual(held(), before), `it holds ${JSON.stringify(before)} again, not ${JSON.stringify(held())}`)
  expect(starts()).toHaveLength(2 * 52)
})
