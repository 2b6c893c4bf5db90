/** One application through what a machine does to it: a flood, a sleep, a lack of memory. In order, and none of it starts anything anew that need not be. */
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import type { SidecarName } from '../../electron/contract/generated/events'
import type { SidecarStatus } from '../../electron/contract/relay'
import { signal, writeInto } from '../support/faults'
import { item, items, settled, snapshot, status } from '../support/library-status'
import { survivors, type RunningProcess } from '../support/processes'
import { Stage, type OpenApp } from './stage'

const mebibyte = 1 << 20
const logLimit = 5 * mebibyte
/** The last line may be written when the file is almost full. */
const longestLine = 10 * 1024

test.describe.serial('one application', () => {
  let stage: Stage
  let opened: OpenApp
  let library: string

  test.beforeAll(async () => {
    stage = await Stage.open('faults')
    opened = await stage.launch()
    library = await stage.samples('library', ['Notes/sourdough.txt'])
    await opened.window.addFolder(library)
    await settled(opened.app.window)
  })
  test.afterAll(() => stage.end())

  async function sidecar(wanted: SidecarName): Promise<SidecarStatus> {
    const found = (await snapshot(opened.app.window)).sidecars.find(({ name }) => name === wanted)
    if (found === undefined) throw new Error(`${wanted} is not in the picture`)
    return found
  }

  function running(module: 'search_server' | 'audioprocessor'): RunningProcess {
    const found = opened.app.sidecar(module)
    if (found === undefined) throw new Error(`${module} does not run`)
    return found
  }

  test('answers while a sidecar floods stderr with 100 MB, keeps its logs small, and restarts nothing', async () => {
    const { app, window } = opened
    const server = running('search_server')
    const line = `${'flood '.repeat(1_300)}\n`
    const piece = Buffer.from(line.repeat(Math.ceil((5 * mebibyte) / line.length)))
    const [log, old] = ['search-server.log', 'search-server.old.log'].map((name) => path.join(stage.dataDirectory, 'logs', name))
    const sizes = () => [log, old].map((file) => statSync(String(file), { throwIfNoEntry: false })?.size ?? 0)
    let sent = 0
    let answers = 0
    while (sent < 100 * mebibyte || sizes()[1] === 0) {
      const sending = writeInto(server, 'stderr', piece)
      // By IPC and by the relay, in the middle of it.
      await Promise.all([status(app.window), snapshot(app.window)])
      answers += 1
      await sending
      sent += piece.length
      for (const size of sizes()) expect(size).toBeLessThanOrEqual(logLimit + longestLine)
    }
    console.log(`${Math.round(sent / mebibyte)} MB of stderr, ${answers} rounds of questions answered meanwhile, logs of ${sizes().join(' and ')} bytes`)
    expect(sizes()[1]).toBeGreaterThan(logLimit - longestLine)
    expect([log, old].map((file) => readFileSync(String(file), 'utf8')).join('')).toMatch(/\d+ lines left out/)
    expect(running('search_server').pid).toBe(server.pid)
    expect((await sidecar('search-server')).restarts).toBe(0)
    const { hits } = await window.search('sourdough')
    expect(hits.map(({ name }) => name)).toEqual(['sourdough.txt'])
  })

  test('a sleep of the machine restarts nothing, and work goes on after it', async () => {
    const { app, window } = opened
    const all = app.processes()
    for (const process of all) signal(process, 'SIGSTOP')
    // The fault is a time: longer than any silence that a sidecar is judged by.
    await delay(25_000)
    for (const process of all) signal(process, 'SIGCONT')
    await expect.poll(async () => [await sidecar('search-server'), await sidecar('audio-processor')].map(({ state }) => state)).toEqual(['ready', 'ready'])
    await stage.samples('library', ['Notes/boathouse todo.md'])
    await expect.poll(async () => (await items(app.window)).map(({ name, state }) => `${name}: ${state}`).sort(), { timeout: 60_000 }).toEqual(['boathouse todo.md: indexed', 'sourdough.txt: indexed'])
    const { hits } = await window.search('plywood')
    expect(hits.map(({ name }) => name)).toEqual(['boathouse todo.md'])
    for (const name of ['search-server', 'audio-processor'] as const) expect(await sidecar(name)).toMatchObject({ state: 'ready', restarts: 0, lastFailure: null })
    expect(await survivors(all, 0)).toEqual(expect.arrayContaining([running('search_server'), running('audioprocessor')]))
  })

  test('out of memory while it loads Whisper: told in words, the other goes on, and it comes back and hears', async () => {
    const group = memoryGroup(24 * mebibyte)
    if (typeof group === 'string') {
      console.log(`skipped: ${group}`)
      test.skip(true, group)
      return
    }
    const { app, window } = opened
    try {
      const processor = running('audioprocessor')
      const server = running('search_server')
      group.add(processor)
      await stage.samples('library', ['Recordings/memo 0012.m4a'])
      expect(await survivors([processor], 60)).toEqual([])
      await expect.poll(async () => (await sidecar('audio-processor')).lastFailure?.problem, { timeout: 30_000 }).toMatchObject({ code: 'out-of-memory' })
      await window.show('Status')
      await expect(window.sidecarCard('Audio engine')).toContainText('ran out of memory')
      await expect.poll(async () => (await item(app.window, 'memo 0012.m4a')).state, { timeout: 90_000 }).toBe('indexed')
      expect(running('search_server').pid).toBe(server.pid)
      expect((await sidecar('search-server')).restarts).toBe(0)
    } finally {
      await group.remove()
    }
  })
})

interface MemoryGroup {
  add(process: RunningProcess): void
  remove(): Promise<void>
}

/** A control group whose processes may have no more than `bytes` beyond what they have, or why there can be none. */
function memoryGroup(bytes: number): MemoryGroup | string {
  const [folder, limit] =
    statSync('/sys/fs/cgroup/cgroup.controllers', { throwIfNoEntry: false }) === undefined
      ? [`/sys/fs/cgroup/memory/contentcache-${process.pid}`, 'memory.limit_in_bytes']
      : [`/sys/fs/cgroup/contentcache-${process.pid}`, 'memory.max']
  try {
    mkdirSync(folder)
    writeFileSync(path.join(folder, limit), String(bytes))
  } catch (error) {
    return `no control group for memory: ${String(error)}`
  }
  return {
    add: ({ pid }) => writeFileSync(path.join(folder, 'cgroup.procs'), String(pid)),
    // Its processes are gone, or go now.
    remove: () => expect.poll(() => removed(folder), { timeout: 15_000 }).toBe(true),
  }
}

function removed(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false
    throw error
  }
}
