/** The care of the library over real processes: both sidecars under their supervisors, and a task that behaves as the test tells it to. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LibraryCareEnded } from '../../../../electron/contract/generated/events'
import { emptyPicture } from '../../../../electron/contract/picture'
import type { RelayEvent, SupervisorState } from '../../../../electron/contract/relay'
import { careHandlers, type CareDialogs } from '../../../../electron/ipc/library-care'
import { careRunner } from '../../../../electron/library-care/care-run'
import { createLibraryCare } from '../../../../electron/library-care/create-library-care'
import type { LibraryCare } from '../../../../electron/library-care/library-care'
import type { Paths } from '../../../../electron/paths'
import { EventStream } from '../../../../electron/relay/event-stream'
import { SearchClient } from '../../../../electron/search-client'
import { createSidecars, notStarted, sidecarPlan, type Sidecars } from '../../../../electron/sidecars/sidecars'
import { anyPython } from '../any-python'
import { isRunning, pathsIn, quiet, temporaryFolder, until } from '../support'

const fixtures = path.join(__dirname, '..', 'fixtures')
const secret = 'the secret'
const minute = 60_000

interface Run {
  args: string[]
  pid: number
  /** Pids of the sidecars that ran while it did. */
  beside: number[]
  secret: boolean
}

let folder: string
let remove: () => Promise<void>
let paths: Paths
let events: EventStream
let heard: RelayEvent[]
let sidecars: Sidecars
let care: LibraryCare
let time: number

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  paths = pathsIn(folder, { models: folder, code: fixtures, python: anyPython, run: path.join(folder, 'run') })
  events = new EventStream({ ...emptyPicture, sidecars: [notStarted('search-server'), notStarted('audio-processor')] })
  heard = []
  events.subscribe((event) => heard.push(event))
  const client = new SearchClient({ port: () => null, secret })
  sidecars = createSidecars({ paths, secret, isOffline: () => true, events, client, log: quiet })
  time = 0
  care = createLibraryCare({ paths, isOffline: () => true, events, sidecars, now: () => time })
})

afterEach(async () => {
  // Lets go of whoever waits to be told, and of whoever hangs.
  write('go on')
  await Promise.all([care.stop(), sidecars.stop()])
  expect([...starts(), ...runs().map(({ pid }) => pid)].filter(isRunning)).toEqual([])
  events.close()
  await remove()
})

function write(name: string, content = ''): void {
  writeFileSync(path.join(folder, name), content)
}

function read(name: string): string {
  const file = path.join(folder, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function starts(): number[] {
  return read('starts').split('\n').filter((line) => line !== '').map(Number)
}

function runs(): Run[] {
  return read('care-runs').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Run)
}

function both(state: SupervisorState): Promise<void> {
  return until(() => events.snapshot.sidecars.every((sidecar) => sidecar.state === state), `both are ${state}; ${JSON.stringify(events.snapshot.sidecars)}`)
}

async function bothReady(): Promise<void> {
  await sidecars.start()
  await both('ready')
}

function underWay(count = 1): Promise<void> {
  return until(() => runs().length === count, `run ${count} is under way`)
}

/** What was said of tasks, without repeated progress. */
function told(): string[] {
  const words = heard.flatMap((event) => {
    if (event.type === 'library-care-changed') return [event.task ?? 'idle']
    if (event.type === 'library-care-ended') return [`ended ${event.outcome}`]
    return event.type === 'library-care-progress' ? ['progress'] : []
  })
  return words.filter((word, index) => word !== words[index - 1])
}

describe('backup', () => {
  it('is made while everything runs, and told from beginning to end', async () => {
    await bothReady()
    write('care', 'wait')
    const backup = care.backup('/tmp/a copy.db')
    await until(() => events.snapshot.libraryCare.progress?.total === 2, 'progress arrives')
    expect(events.snapshot.libraryCare).toMatchObject({ task: 'backup', last: null })
    await expect(care.restore('/tmp/other.db')).rejects.toMatchObject({ problem: { code: 'library-busy' } })
    expect(() => care.assertIdle()).toThrow()
    write('go on')
    await expect(backup).resolves.toMatchObject({ outcome: 'done', file: '/kept/library.db', folders: 2 })
    expect(told()).toEqual(['backup', 'progress', 'ended done', 'idle'])
    expect(events.snapshot.libraryCare).toMatchObject({ task: null, progress: null, last: { outcome: 'done' } })
    expect(runs()).toEqual([{ args: ['backup', '--to', '/tmp/a copy.db', '--json'], pid: expect.any(Number) as number, beside: starts(), secret: false }])
    expect(starts()).toHaveLength(2)
  })

  it('is cancelled by a person, and by a quit', async () => {
    write('care', 'wait')
    const first = care.backup('/tmp/copy.db')
    await underWay()
    care.cancelBackup()
    await expect(first).resolves.toMatchObject({ outcome: 'cancelled' })
    const second = care.backup('/tmp/copy.db')
    await underWay(2)
    await care.stop()
    await expect(second).resolves.toMatchObject({ outcome: 'cancelled' })
    await expect(care.backup('/tmp/copy.db')).rejects.toMatchObject({ problem: { code: 'app-closing' } })
    expect(runs()).toHaveLength(2)
  })

  it('that dies without a word is a failure in words, and so is one that says nothing any more', async () => {
    write('care', 'die')
    const { outcome, problem } = await care.backup('/tmp/copy.db')
    expect({ outcome, code: problem?.code }).toEqual({ outcome: 'failed', code: 'library-care-ended' })
    expect(problem?.detail).toMatch(/SIGKILL[^]*Killed in the middle of the work/)
    expect(events.snapshot.libraryCare).toMatchObject({ task: null, last: { outcome: 'failed' } })
    write('care', 'hang')
    const hung = await careRunner(() => sidecarPlan(paths, true), quiet, 300)('recover', [], () => undefined).ended
    expect(hung).toMatchObject({ outcome: 'failed', problem: { detail: expect.stringContaining('said nothing') as string } })
  })

  it('that has ended is not cancelled: its pid may be somebody else’s', async () => {
    const backup = careRunner(() => sidecarPlan(paths, true), quiet)('backup', ['--to', '/tmp/copy.db'], () => undefined)
    await backup.ended
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    backup.cancel()
    expect(timers()).toBe(before)
  })

  it('that could not be started at all is a failure in words', async () => {
    paths.python = path.join(folder, 'no-python')
    await expect(care.backup('/tmp/copy.db')).resolves.toMatchObject({ outcome: 'failed', problem: { detail: expect.stringContaining('ENOENT') as string } })
  })
})

describe.each(['good', 'fail', 'die'])('a restore (%s)', (behaviour) => {
  it('runs while both sidecars stand still, and they are started again', async () => {
    await bothReady()
    write('care', behaviour)
    const { outcome } = await care.restore('/tmp/copy.db')
    expect(outcome).toBe(behaviour === 'good' ? 'done' : 'failed')
    expect(runs()).toMatchObject([{ args: ['restore', '--from', '/tmp/copy.db', '--json'], beside: [], secret: false }])
    await both('ready')
    expect(starts()).toHaveLength(4)
    expect(told()).toEqual(['restore', 'progress', `ended ${outcome}`, 'idle'])
  })
})

describe('a restore that takes a while', () => {
  it('is not disturbed by Restart', async () => {
    await bothReady()
    write('care', 'wait')
    const restore = care.restore('/tmp/copy.db')
    // Also while the sidecars are still ending.
    for (const name of ['search-server', 'audio-processor'] as const) care.restart(name)
    await underWay()
    for (const name of ['search-server', 'audio-processor'] as const) {
      care.restart(name)
      sidecars.restart(name)
    }
    expect(events.snapshot.sidecars.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
    write('go on')
    await restore
    await both('ready')
    expect(starts()).toHaveLength(4)
  })

  it('is waited for by a quit, and nothing is started after it', async () => {
    await bothReady()
    write('care', 'wait')
    const restore = care.restore('/tmp/copy.db')
    await underWay()
    const stopping = Promise.all([care.stop(), sidecars.stop()])
    expect(read('done')).toBe('')
    write('go on')
    await stopping
    expect(read('done')).toBe('restore')
    await expect(restore).resolves.toMatchObject({ outcome: 'done' })
    expect(starts()).toHaveLength(2)
    expect(events.snapshot.sidecars.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
  })

  it('is not begun when the quit comes while the sidecars are still ending', async () => {
    await bothReady()
    const restore = care.restore('/tmp/copy.db')
    await Promise.all([care.stop(), sidecars.stop()])
    await expect(restore).resolves.toMatchObject({ outcome: 'cancelled' })
    expect(runs()).toEqual([])
    expect(starts()).toHaveLength(2)
  })
})

describe('a library that cannot be used', () => {
  it('is recovered without a word, once for both sidecars', async () => {
    write('damaged')
    await sidecars.start()
    await both('ready')
    expect(runs()).toMatchObject([{ args: ['recover', '--json'], beside: [] }])
    expect(told()).toEqual(['recover', 'progress', 'ended done', 'idle'])
    expect(events.snapshot.libraryCare.last).toMatchObject({ task: 'recover', outcome: 'done' })
  })

  it('is not recovered a second time within ten minutes, but by Restart it is', async () => {
    write('damaged')
    write('care', 'useless')
    await sidecars.start()
    await until(() => events.snapshot.libraryCare.last !== null && events.snapshot.libraryCare.task === null, 'the recovery has ended')
    await both('failed')
    time = 10 * minute - 1
    sidecars.restart('search-server')
    await until(() => starts().length === 5, 'it was tried again')
    await both('failed')
    expect(runs()).toHaveLength(1)
    expect(events.snapshot.sidecars).toMatchObject([{ problem: { code: 'library-damaged' } }, { problem: { code: 'library-damaged' } }])

    write('care', 'good')
    care.restart('audio-processor')
    await both('ready')
    expect(runs()).toHaveLength(2)
  })

  it('is recovered again by itself ten minutes later', async () => {
    write('damaged')
    await sidecars.start()
    await both('ready')
    write('damaged')
    time = 10 * minute
    sidecars.restart('search-server')
    await until(() => runs().length === 2, 'it is recovered again')
    await both('ready')
  })

  it('said during a backup is recovered after it', async () => {
    await bothReady()
    write('care', 'wait')
    const backup = care.backup('/tmp/copy.db')
    await underWay()
    write('damaged')
    sidecars.restart('search-server')
    await until(() => events.snapshot.sidecars[0]?.state === 'failed', 'it has failed')
    expect(runs()).toHaveLength(1)
    write('care', 'good')
    write('go on')
    await expect(backup).resolves.toMatchObject({ outcome: 'done' })
    await until(() => runs().length === 2, 'it is recovered')
    await both('ready')
    expect(runs()[1]?.args).toEqual(['recover', '--json'])
  })

  it('found by a backup is recovered after it', async () => {
    await bothReady()
    write('care', 'finds damage')
    await expect(care.backup('/tmp/copy.db')).resolves.toMatchObject({ outcome: 'failed', problem: { code: 'library-damaged' } })
    await until(() => events.snapshot.libraryCare.last?.task === 'recover', 'it is recovered')
    await both('ready')
    expect(runs().map(({ args: [task] }) => task)).toEqual(['backup', 'recover'])
  })

  it('of a newer version is left alone', async () => {
    write('behaviour', 'final-exit-4')
    await sidecars.start()
    await both('failed')
    expect(events.snapshot.sidecars).toMatchObject([{ problem: { code: 'library-too-new' } }, { problem: { code: 'library-too-new' } }])
    expect(runs()).toEqual([])
  })
})

describe('commands of the window', () => {
  const dialogs = (answers: Partial<Record<keyof CareDialogs, string | boolean | null>>): CareDialogs => ({
    askForBackup: () => Promise.resolve(answers.askForBackup as string | null),
    askForRestore: () => Promise.resolve(answers.askForRestore as string | null),
    confirmRestore: () => Promise.resolve(answers.confirmRestore === true),
  })

  it('a closed dialog, and a restore that was not confirmed, do nothing', async () => {
    const closed = careHandlers(care, dialogs({ askForBackup: null, askForRestore: null }))
    expect(await closed['library:choose-backup'](undefined)).toBeNull()
    expect(await closed['library:choose-restore'](undefined)).toBeNull()
    expect(await careHandlers(care, dialogs({ askForRestore: '/tmp/copy.db' }))['library:choose-restore'](undefined)).toBeNull()
    expect(runs()).toEqual([])
  })

  it('give the end, null for a cancelled backup, and a failure as its problem', async () => {
    const handlers = careHandlers(care, dialogs({ askForBackup: '/tmp/copy.db', askForRestore: '/tmp/copy.db', confirmRestore: true }))
    await expect(handlers['library:choose-restore'](undefined)).resolves.toMatchObject({ outcome: 'done' } satisfies Partial<LibraryCareEnded>)
    write('care', 'fail')
    await expect(handlers['library:choose-backup'](undefined)).rejects.toMatchObject({ problem: { code: 'no-backup' } })
    write('care', 'wait')
    const backup = handlers['library:choose-backup'](undefined)
    await underWay(3)
    await expect(handlers['library:choose-restore'](undefined)).rejects.toMatchObject({ problem: { code: 'library-busy' } })
    expect(await handlers['library:cancel-backup'](undefined)).toBeNull()
    await expect(backup).resolves.toBeNull()
  })
})
