/** `kill -9` of the main process alone, in the middle of everything: what becomes of those that it had started, and of their work. */
import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { python } from '../support/checkout'
import { childrenOf, signal } from '../support/faults'
import { HubDouble } from '../support/hub-double'
import { items, settled, snapshot, statusWhenThere } from '../support/library-status'
import { linkModels } from '../support/linked-models'
import { isRunning, killHard, survivors, tree, type RunningProcess } from '../support/processes'
import { Stage, writeNotes, type OpenApp } from './stage'

/** Seconds that a Python process may live longer than main. */
const grace = 5
/** Bytes a second of each answer: no download ends before its process does. */
const slow = 2e5
const recordings = ['Recordings/2024-08-19 monday.mp3', 'Recordings/prize evening.mp3']

function isPython({ command }: RunningProcess): boolean {
  return command.includes('backend.')
}

async function killMain({ app }: OpenApp): Promise<void> {
  const all = app.processes()
  expect(all.filter(isPython).length).toBeGreaterThan(1)
  killHard([app.main])
  expect((await survivors(all, grace)).map(({ command }) => command)).toEqual([])
}

test('no Python process lives five seconds longer: while it loads a model, hears, reads files in its child, and downloads', async () => {
  const stage = await Stage.open('main-killed')
  const hub = await HubDouble.start(await stage.folder('hub'), slow)
  try {
    const folder = await stage.samples('library', recordings)
    await writeNotes(folder, 600)
    const models = await stage.folder('models')
    await linkModels(models, ['minilm'])

    const first = await stage.launch({ modelsDirectory: models, environment: hub.environment })
    await first.window.addFolder(folder)
    await first.window.show('Models')
    await first.window.modelCard('MiniLM').getByRole('button', { name: /^Download/ }).click()
    await expect
      .poll(async () => (await snapshot(first.app.window)).progress.find(({ stage: of }) => of === 'transcribing')?.done ?? 0, { timeout: 60_000 })
      .toBeGreaterThan(0)
    await expect
      .poll(() => first.app.processes().filter(isPython).map(moduleOf), { timeout: 30_000 })
      .toEqual(expect.arrayContaining(['search_server', 'child', 'audioprocessor', 'downloader']))
    const { library } = await statusWhenThere(first.app.window)
    expect(library.queue.waiting + library.queue.working).toBeGreaterThan(0)
    await killMain(first)

    // Everything that is to be loaded is loaded at once now.
    const second = await stage.launch()
    await expect
      .poll(async () => (await snapshot(second.app.window)).engines.map(({ state }) => state), { timeout: 60_000, intervals: [20] })
      .toContain('loading')
    await killMain(second)
  } finally {
    await stage.end()
    await hub.end()
  }
})

function moduleOf({ command }: RunningProcess): string {
  return /backend\.(?:\w+\.)*(\w+)/.exec(command)?.[1] ?? command
}

test('an orphan that did not notice is ended by the next start, and only that', async () => {
  const stage = await Stage.open('orphan')
  const twin = spawn(python, ['-c', 'import sys; sys.stdin.read()', 'backend.search.search_server'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const other = spawn(python, ['-c', 'import sys; sys.stdin.read()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  try {
    const { app, window } = await stage.launch()
    await window.addFolder(await stage.samples('library', ['Notes/sourdough.txt']))
    await settled(app.window)
    const frozen = app.sidecar('search_server')
    if (frozen === undefined) throw new Error('search_server does not run')
    const all = [...app.processes(), ...childrenOf(frozen)]
    signal(frozen, 'SIGSTOP')
    killHard([app.main])
    const left = await survivors(all, grace)
    expect(left.map(({ pid }) => pid)).toContain(frozen.pid)
    expect(left.filter(({ pid }) => pid !== frozen.pid && !isChildOf(frozen, pid))).toEqual([])

    // What a pid leads to that belongs to somebody else since.
    const run = path.join(stage.dataDirectory, 'run')
    await writeFile(path.join(run, 'audio-processor.json'), JSON.stringify({ pid: other.pid, startTime: 'an earlier boot:17' }))

    const next = await stage.launch()
    expect(isRunning(frozen)).toBe(false)
    expect(await survivors(left, grace)).toEqual([])
    await expect.poll(() => next.app.sidecar('audioprocessor')).toBeDefined()
    expect([twin, other].map(({ exitCode, signalCode }) => [exitCode, signalCode])).toEqual([[null, null], [null, null]])
    expect(await readFile(path.join(stage.dataDirectory, 'logs', 'search-server.log'), 'utf8')).toContain(`Process ${frozen.pid} was left over`)
    const { hits } = await next.window.search('sourdough')
    expect(hits.map(({ name }) => name)).toEqual(['sourdough.txt'])

    // A record that was torn, or that is no file at all, keeps nobody from starting.
    await next.app.quit()
    await writeFile(path.join(run, 'search-server.json'), Buffer.from([0x7b, 0x22, 0x70, 0x00, 0xff, 0xfe]))
    await mkdir(path.join(run, 'audio-processor.json'))
    const last = await stage.launch()
    await expect.poll(() => last.app.sidecar('audioprocessor')).toBeDefined()
    expect((await items(last.app.window)).map(({ name }) => name)).toEqual(['sourdough.txt'])
  } finally {
    for (const process of [twin, other]) process.kill('SIGKILL')
    await stage.end()
  }
})

function isChildOf(parent: RunningProcess, pid: number): boolean {
  return tree(parent.pid).some((process) => process.pid === pid)
}
