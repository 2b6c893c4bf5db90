/** Runs in a network namespace of its own: the app as it is shipped is started, indexes a library, searches it; then it prints what it saw. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { networkInterfaces } from 'node:os'
import type { Locator, Page } from '@playwright/test'
import { AppWindow } from '../support/app-window'
import { missingModels, settled, snapshot, started } from '../support/library-status'
import { bringLoopbackUp } from '../support/loopback'
import { watch } from '../support/patience'
import type { RunningProcess } from '../support/processes'
import { GLIBC } from '../../scripts/package/lib/elf.mjs'
import { ShippedApp, type ShippedCommand } from './shipped-app'

export interface Story {
  command: ShippedCommand
  /** Seen from outside. */
  home: string
  /** What is indexed at the first start; null where the library is there already. */
  library: string | null
}

/** What an AppImage sets for its own program, and what else would make a Python load the wrong things. */
const astray = /^(PYTHONPATH|PYTHONHOME|PYTHONUSERBASE|CONTENTCACHE_PYTHON|LD_LIBRARY_PATH|APPDIR|APPIMAGE|ARGV0|OWD|XDG_DATA_DIRS|GSETTINGS_SCHEMA_DIR)$/

/** The app's own word to its sidecars, where its models lie. */
const told = /^CONTENTCACHE_(BUNDLED_)?MODELS_DIR$/

/** What a sidecar has of the machine: who it is, which libraries it took from outside, and what of the way in which the app was started reached it. */
function seenOf(process: RunningProcess): object {
  const of = (file: string): string => readFileSync(`/proc/${process.pid}/${file}`, 'utf8')
  const [app = '', program = ''] = readlinkSync(`/proc/${process.pid}/exe`).split(/\/(?=resources\/python\/)/)
  const libraries = [...new Set([...of('maps').matchAll(/ (\/\S.*\.so[\d.]*)$/gm)].map(([, file]) => file ?? ''))]
  const variables = of('environ').split('\0').map((entry) => [entry.split('=')[0] ?? '', entry] as const)
  return {
    app,
    program,
    user: Number(/^Uid:\s+(\d+)/m.exec(of('status'))?.[1]),
    outside: libraries.filter((file) => !file.startsWith(`${app}/`) && !GLIBC.test(path.basename(file))),
    astray: variables.filter(([name, entry]) => astray.test(name) || (entry.includes(app) && !told.test(name))).map(([, entry]) => entry),
    isolated: process.command.includes(' -I '),
  }
}

/** Whether the window's own process is held by Chromium's sandbox: other processes than its own are none that it knows, and few system calls are left. */
function isHeld(processes: RunningProcess[]): boolean {
  const [main] = processes
  const renderers = processes.filter(({ command }) => command.includes('--type=renderer'))
  if (main === undefined || renderers.length === 0) return false
  const namespaceOf = ({ pid }: RunningProcess): string => readlinkSync(`/proc/${pid}/ns/pid`)
  const filtersOf = ({ pid }: RunningProcess): number => Number(/^Seccomp_filters:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  const isApart = renderers.every((each) => namespaceOf(each) !== namespaceOf(main) && filtersOf(each) > filtersOf(main))
  return isApart && processes.every(({ command }) => !command.includes('--no-sandbox'))
}

/** What it does, which folders, which models: nothing is chosen. Where every model is there, nothing can be skipped. */
async function passWelcome(page: Page): Promise<void> {
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
  await button('Next').click()
  await button('Next').click()
  await button('Start').waitFor()
  await ((await button('Skip').count()) > 0 ? button('Skip') : button('Start')).click()
}

async function story({ command, home, library }: Story): Promise<void> {
  bringLoopbackUp()
  const app = await ShippedApp.launch(command)
  try {
    const window = new AppWindow(app.window)
    if (library !== null) await passWelcome(app.window)
    await watch({
      what: 'the start of the sidecars',
      look: () => snapshot(app.window),
      done: ({ sidecars }) => sidecars.every(({ state }) => state === 'ready'),
      sign: ({ sidecars }) => JSON.stringify(sidecars),
      silence: 90,
    })
    await started(app.window)
    if (library !== null) await window.addFolder(library)
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
      sidecars: sidecars.map(seenOf),
      sandboxed: isHeld(app.processes()),
      users: [...new Set(app.processes().map(({ pid }) => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])))],
      left: (await app.quit()).map(({ command }) => command),
      home: readdirSync(home).sort(),
      data: readdirSync(path.join(home, '.config', 'ContentCache')).sort(),
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
