/** Runs in a network namespace of its own: the built app, enclosed, is started for the first time, indexes a library, searches it; then it prints what it saw. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { networkInterfaces } from 'node:os'
import type { Locator, Page } from '@playwright/test'
import { RunningApp } from '../support/app'
import { AppWindow } from '../support/app-window'
import { missingModels, settled, snapshot, started } from '../support/library-status'
import { bringLoopbackUp } from '../support/loopback'
import { watch } from '../support/patience'
import type { RunningProcess } from '../support/processes'
import { GLIBC } from '../../scripts/package/lib/elf.mjs'
import { environmentOf, type Enclosure } from './enclosure'

interface Story {
  enclosure: Enclosure
  library: string
  /** Set as another app's AppImage would leave it behind. */
  libraryPath?: string
}

/** What a process of the app has of the machine: who it is, and which libraries it took from outside. */
function seenOf(process: RunningProcess, app: string): object {
  const of = (file: string): string => readFileSync(`/proc/${process.pid}/${file}`, 'utf8')
  const libraries = [...new Set([...of('maps').matchAll(/ (\/\S.*\.so[\d.]*)$/gm)].map(([, file]) => file ?? ''))]
  const variables = of('environ').split('\0').map((entry) => entry.split('=')[0] ?? '')
  return {
    program: path.relative(app, readlinkSync(`/proc/${process.pid}/exe`)),
    user: Number(/^Uid:\s+(\d+)/m.exec(of('status'))?.[1]),
    outside: libraries.filter((file) => !file.startsWith(`${app}/`) && !GLIBC.test(path.basename(file))),
    astray: variables.filter((name) => /^(PYTHONPATH|PYTHONHOME|PYTHONUSERBASE|LD_LIBRARY_PATH|CONTENTCACHE_PYTHON)$/.test(name)),
    isolated: process.command.includes(' -I '),
  }
}

/** What it does, which folders, which models: nothing is chosen. Where every model is there, nothing can be skipped. */
async function passWelcome(page: Page): Promise<void> {
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
  await button('Next').click()
  await button('Next').click()
  await button('Start').waitFor()
  await ((await button('Skip').count()) > 0 ? button('Skip') : button('Start')).click()
}

async function story({ enclosure, library, libraryPath }: Story): Promise<void> {
  bringLoopbackUp()
  const environment = { ...environmentOf(enclosure), ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }) }
  const data = path.join(enclosure.home, '.config', 'ContentCache')
  const app = await RunningApp.launch({ executable: enclosure.command, args: [], env: environment }, data, { sandboxed: true })
  try {
    const window = new AppWindow(app.window)
    await passWelcome(app.window)
    await watch({
      what: 'the start of the sidecars',
      look: () => snapshot(app.window),
      done: ({ sidecars }) => sidecars.every(({ state }) => state === 'ready'),
      sign: ({ sidecars }) => JSON.stringify(sidecars),
      silence: 90,
    })
    await started(app.window)
    await window.addFolder(library)
    const { library: indexed } = await settled(app.window)
    await watch({
      what: 'search by meaning',
      look: () => snapshot(app.window),
      done: ({ engines }) => engines.some(({ engine, state }) => engine === 'minilm' && state !== 'loading'),
      sign: ({ engines }) => JSON.stringify(engines),
      silence: 120,
    })
    const words = await window.search('lukewarm')
    const meant = await window.search('how do I make bread at home')
    const said = await window.search('blue flower pot')
    const heard = await window.search('applause')
    const sidecars = (['search_server', 'audioprocessor'] as const).map((name) => app.sidecar(name)).filter((each) => each !== undefined)
    await window.show('Models')
    const cards = await Promise.all(['MiniLM', 'Whisper', 'YAMNet'].map((name) => window.modelCard(name).innerText()))
    const report = {
      offered: cards.map((card) => (card.includes('Came with the app') ? 'bundled' : card.includes('Download') ? 'download' : card)),
      interfaces: Object.keys(networkInterfaces()),
      failed: indexed.queue.failed,
      words: words.hits[0]?.name ?? null,
      meant: meant.hits[0]?.name ?? null,
      said: said.hits[0]?.name ?? said.message,
      heard: heard.hits[0]?.name ?? null,
      missing: (await missingModels(app.window)).sort(),
      sidecars: sidecars.map((each) => seenOf(each, enclosure.app)),
      sandboxed: app.processes().every(({ command }) => !command.includes('--no-sandbox')),
      users: [...new Set(app.processes().map(({ pid }) => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])))],
      left: (await app.quit()).map(({ command }) => command),
      home: readdirSync(enclosure.home).sort(),
      data: readdirSync(data).sort(),
    }
    process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    if (app.runs) await app.quit()
  }
}

story(JSON.parse(process.argv[2] ?? '') as Story).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
})
