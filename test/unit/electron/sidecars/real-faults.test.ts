/**
 * What can befall the app's own Python processes, done to them: they are started, judged, ended and started again with the patience
 * that the app has with them. Several at once, since most of this is waiting, and first those that wait longest.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { SidecarName } from '../../../../electron/contract/generated/events'
import { ProblemError } from '../../../../electron/problem'
import { defaultTiming } from '../../../../electron/sidecars/supervisor-machine'
import { modelsDirectory, sampleLibrary } from '../../../support/checkout'
import { limitMemory, signal, writeInto } from '../../../support/faults'
import { isRunning } from '../../../support/processes'
import { HurriedClock } from './hurried-clock'
import { Desk, whyNoWritingInto, type RealSidecar } from './real-sidecar'

const both: SidecarName[] = ['search-server', 'audio-processor']
const patience = 240_000
const notes = 40
const megabyte = 2 ** 20

function recordings(desk: Desk, ...names: string[]): string {
  const folder = path.join(desk.folder, 'recordings')
  mkdirSync(folder)
  for (const name of names) copyFileSync(path.join(sampleLibrary, name), path.join(folder, path.basename(name)))
  return folder
}

async function indexesNotes(server: RealSidecar, count = notes): Promise<void> {
  await server.until(async () => (await server.indexed()) === count, `has indexed ${count} notes`)
  expect(new Set(await server.names()).size).toBe(count)
}

// All of it is looked at, and done, by /proc.
const onLinux = describe.skipIf(process.platform !== 'linux')
const refusal = process.platform === 'linux' ? whyNoWritingInto() : null

onLinux.concurrent('a fault in the middle of work', () => {
  it('a frozen search_server is found out and ended with its child; the next one goes on', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const server = await desk.sidecar('search-server').start()
      await server.addFolder(desk.notes(notes))
      await server.until(() => server.children.length > 0, 'reads files in a child')
      const frozen = [server.process, ...server.children]
      // From its root: a child whose parent still runs would be replaced.
      for (const process of frozen) signal(process, 'SIGSTOP')
      const [first] = frozen
      if (first !== undefined) await server.restarted(first)
      expect(frozen.filter(isRunning)).toEqual([])
      expect(server.states).toEqual(['starting', 'ready', 'degraded', 'restarting', 'starting', 'ready'])
      expect(server.status.lastFailure?.problem.message).toContain('does not answer')
      await indexesNotes(server)
    })
  })

  it('a frozen audioprocessor is found out by its silence, and search_server never notices', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const server = await desk.sidecar('search-server').start()
      const audio = await desk.sidecar('audio-processor').start()
      const first = audio.process
      signal(first, 'SIGSTOP')
      await audio.restarted(first)
      expect(isRunning(first)).toBe(false)
      expect(server.states).toEqual(['starting', 'ready'])
      await server.addFolder(recordings(desk, 'Recordings/jfk.flac'))
      await audio.until(() => audio.events.some((event) => event.type === 'item-changed' && event.item.state === 'needs-model'), 'has looked at the recording')
    })
  })

  it('rubbish, half lines, broken UTF-8 and a line without end on stdout cost only themselves', { timeout: patience }, async ({ skip }) => {
    if (refusal !== null) skip(refusal)
    await Desk.use(async (desk) => {
      const server = await desk.sidecar('search-server').start()
      const audio = await desk.sidecar('audio-processor').start()
      for (const sidecar of [server, audio]) {
        const { process } = sidecar
        await writeInto(process, 'stdout', Buffer.from('Segmentation fault (core not dumped)\n{"type":"heartbeat","uptime":"long","memory":1}\n\n'))
        await writeInto(process, 'stdout', Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0xc3, 0x28, 0x0a]))
        await writeInto(process, 'stdout', Buffer.concat([Buffer.alloc(5 * megabyte, 'x'), Buffer.from('\n')]))
        // The sidecar's own next line ends it.
        await writeInto(process, 'stdout', Buffer.from('{"type":"heartbeat","upt'))
        await sidecar.until(() => sidecar.supervisor.badLines >= 5, 'has said five bad lines')
      }
      await server.addFolder(desk.notes(notes))
      await server.addFolder(recordings(desk, 'Recordings/jfk.flac'))
      await audio.until(() => audio.events.some((event) => event.type === 'item-changed' && event.item.state === 'needs-model'), 'has looked at the recording')
      await server.until(() => new Set(server.events.flatMap((event) => (event.type === 'item-changed' && event.item.state === 'indexed' ? [event.item.name] : []))).size === notes, 'tells of every note')
      for (const { states, log } of [server, audio]) {
        expect(states).toEqual(['starting', 'ready'])
        expect(Math.max(...log.lines.map((line) => line.length))).toBeLessThan(1_000)
      }
    })
  })

  it('a crash loop ends in failed without touching the other, and Restart begins anew', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const audio = await desk.sidecar('audio-processor').start()
      const server = desk.sidecar('search-server', { python: desk.interpreter('if [ "$START" -le 3 ]; then kill -SEGV $$; fi') })
      await server.supervisor.start()
      await server.reach('failed')
      expect(server.status.problem).toMatchObject({ code: 'crashed-repeatedly', detail: expect.stringContaining('SIGSEGV') as string })
      server.supervisor.restart()
      await server.reach('ready')
      expect(audio.states).toEqual(['starting', 'ready'])
    })
  })
})

onLinux.concurrent('without memory', () => {
  it('an audioprocessor that cannot go on says so in words and comes back; search_server never notices', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const server = await desk.sidecar('search-server').start()
      const audio = await desk.sidecar('audio-processor').start()
      const first = audio.process
      await limitMemory(first, 2 * megabyte)
      await server.addFolder(recordings(desk, 'Recordings/jfk.flac'))
      await audio.restarted(first)
      expect(audio.status.lastFailure?.problem).toMatchObject({ code: 'out-of-memory', message: expect.stringContaining('ran out of memory') as string })
      expect(server.states).toEqual(['starting', 'ready'])
      await audio.until(() => audio.events.some((event) => event.type === 'item-changed' && event.item.state === 'needs-model'), 'has looked at the recording')
    })
  })

  it('a search_server that cannot go on says so in words and comes back, and indexes', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const server = await desk.sidecar('search-server').start()
      const first = server.process
      await limitMemory(first, 0)
      const folder = desk.notes(notes)
      // It may have been added before the answer to that was lost.
      const asked = server.addFolder(folder).catch((error: unknown) => expect(error).toBeInstanceOf(ProblemError))
      await server.restarted(first)
      await asked
      expect(server.status.lastFailure?.problem).toMatchObject({ code: 'out-of-memory', message: expect.stringContaining('ran out of memory') as string })
      if ((await server.folders()) === 0) await server.addFolder(folder)
      await indexesNotes(server)
    })
  })

  it('a model that cannot be loaded for lack of it is told so, and the recording waits', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const server = await desk.sidecar('search-server').start()
      const audio = await desk.sidecar('audio-processor', { models: modelsDirectory }).start()
      await limitMemory(audio.process, 300 * megabyte)
      await server.addFolder(recordings(desk, 'Recordings/jfk.flac'))
      const problem = () => audio.events.flatMap((event) => (event.type === 'engine-changed' && event.status.problem !== null ? [event.status.problem] : []))[0]
      await audio.until(() => problem() !== undefined, 'says what it lacks')
      expect(problem()).toMatchObject({ code: 'out-of-memory', next_step: expect.stringContaining('Close other programs') as string })
      await limitMemory(audio.process, null)
      audio.supervisor.restart()
      await audio.until(() => audio.events.some((event) => event.type === 'item-changed' && event.item.state === 'indexed'), 'has heard the recording')
    })
  })
})

onLinux.concurrent.each(both)('%s', (name) => {
  it('is started again after SIGKILL, and the record on disk names the new process', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const sidecar = await desk.sidecar(name).start()
      const first = sidecar.process
      signal(first, 'SIGKILL')
      await sidecar.restarted(first)
      expect(isRunning(first)).toBe(false)
      expect(sidecar.status).toMatchObject({ problem: null, lastFailure: { problem: { code: 'crashed', detail: expect.stringContaining('SIGKILL') as string } } })
      const record = path.join(desk.folder, 'run', `${name}.json`)
      await sidecar.until(() => readFileSync(record, 'utf8').includes(`"pid":${sidecar.process.pid},`), 'is recorded')
    })
  })

  it('is left alone when it is frozen for a few seconds', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const sidecar = await desk.sidecar(name).start()
      const first = sidecar.process
      signal(first, 'SIGSTOP')
      // The fault is a time.
      await delay(6_000)
      signal(first, 'SIGCONT')
      await sidecar.until(() => sidecar.status.state === 'ready' && sidecar.history.length > 3, 'beats again')
      expect(sidecar.status).toMatchObject({ restarts: 0, pid: first.pid })
    })
  })

  it('that ends twice while it starts works at the third time', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const python = desk.interpreter('if [ "$START" -le 2 ]; then echo "no library of that name" >&2; exit 127; fi')
      const sidecar = await desk.sidecar(name, { python }).start()
      expect(sidecar.states).toEqual(['starting', 'restarting', 'starting', 'restarting', 'starting', 'ready'])
      expect(sidecar.status).toMatchObject({ restarts: 2, lastFailure: { stderrTail: ['no library of that name'] } })
      expect(sidecar.status.lastFailure?.problem.detail).toContain('exit code 127')
    })
  })

  it('that says nothing while it starts is ended, with what it started, and works at the second time', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const python = desk.interpreter('if [ "$START" -eq 1 ]; then sleep 10000 & wait; fi')
      const clock = new HurriedClock()
      const sidecar = desk.sidecar(name, { python, clock })
      await sidecar.supervisor.start()
      await sidecar.until(() => sidecar.children.length === 1, 'has a child')
      const silent = [sidecar.process, ...sidecar.children]
      clock.skip(defaultTiming.startSilence)
      await sidecar.reach('ready')
      expect(silent.filter(isRunning)).toEqual([])
      expect(sidecar.history.map(({ problem }) => problem?.code)).toContain('start-hung')
      expect(sidecar.status.lastFailure?.problem.message).toContain('said nothing for 30 s')
    })
  })

  it('may start for longer than that as long as it talks', { timeout: patience }, async () => {
    await Desk.use(async (desk) => {
      const heard = path.join(desk.folder, 'heard')
      const steps = [1, 2, 3]
      const python = desk.interpreter(`for step in ${steps.join(' ')}; do echo "loading $step" >&2; while [ ! -e '${heard}'$step ]; do sleep 0.1; done; done`)
      const clock = new HurriedClock()
      const sidecar = desk.sidecar(name, { python, clock })
      await sidecar.supervisor.start()
      for (const step of steps) {
        await sidecar.until(() => sidecar.log.lines.includes(`loading ${step}`), `says that it loads ${step}`)
        clock.skip((2 / 3) * defaultTiming.startSilence)
        writeFileSync(`${heard}${step}`, '')
      }
      await sidecar.reach('ready')
      expect(sidecar.states).toEqual(['starting', 'ready'])
    })
  })
})
