/** The built app as a person starts it: launched by its own program, and asked through its window as soon as there is one. */
import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Page } from '@playwright/test'
import { skipFirstStart } from '../../../test/support/app'
import { AppWindow } from '../../../test/support/app-window'
import { missingModels, settled } from '../../../test/support/library-status'
import { isRunning, killHard, survivors, tree, type RunningProcess } from '../../../test/support/processes'
import type { OnCleanUp } from '../../demo/clean-up'
import { proportionalMemory, type ProcessMemory } from './memory'

export interface Place {
  unpacked: string
  data: string
  home: string
  /** Of the display; undefined where the platform needs none. */
  display: string | undefined
  onCleanUp: OnCleanUp
}

/** Seconds since the launch. */
export interface AppRun {
  /** The window has drawn its first content. */
  window: number
  /** A word of a document is found, as drawn. */
  words: number
  /** A passage is found by meaning, as drawn. */
  meaning: number
  memory: ProcessMemory[]
}

const word = 'lukewarm'
/** Shares no word with what it finds. */
const sense = 'baking at home'
const startLimit = 120_000
/** Milliseconds after the last answer in which nothing was asked. */
const rest = 10_000

interface Launched {
  page: Page
  /** Milliseconds since the epoch. */
  at: number
  processes: () => RunningProcess[]
}

export async function prepareLibrary(place: Place, library: string): Promise<void> {
  await skipFirstStart(place.data)
  await withApp(place, async ({ page }) => {
    await new AppWindow(page).addFolder(library)
    await settled(page)
    if ((await missingModels(page)).includes('minilm')) throw new Error('This app has no MiniLM, so there is no search by meaning to wait for: npm run package makes one that has.')
  })
}

export function launchAndSearch(place: Place): Promise<AppRun> {
  return withApp(place, async ({ page, at, processes }) => {
    const field = new AppWindow(page).searchField
    await field.fill(word)
    const words = await firstDrawn(page, 'words')
    await field.fill('')
    await new AppWindow(page).results.waitFor({ state: 'detached' })
    await field.fill(sense)
    const meaning = await firstDrawn(page, 'meaning')
    const window = await page.evaluate(() => performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN))
    await sleep(rest)
    const seconds = (moment: number): number => (moment - at) / 1000
    return { window: seconds(window), words: seconds(words), meaning: seconds(meaning), memory: proportionalMemory(processes()) }
  })
}

/** When the first moment that was found for this reason was drawn, in milliseconds since the epoch. */
async function firstDrawn(page: Page, reason: 'words' | 'meaning'): Promise<number> {
  const drawn = await page.waitForFunction(
    (wanted) => [...document.querySelectorAll('[role=listbox] [role=option] .badge .text')].some(({ textContent }) => textContent.trim().toLowerCase() === wanted) && Date.now(),
    reason,
    { polling: 'raf', timeout: startLimit },
  )
  return Number(await drawn.jsonValue())
}

async function withApp<T>(place: Place, work: (launched: Launched) => Promise<T>): Promise<T> {
  const port = path.join(place.data, 'window', 'DevToolsActivePort')
  await rm(port, { force: true })
  const at = Date.now()
  const app = spawn(path.join(place.unpacked, 'contentcache'), argumentsFor(place), { stdio: 'ignore', env: environmentFor(place) })
  const [main] = app.pid === undefined ? [] : tree(app.pid)
  if (main === undefined) throw new Error(`${place.unpacked} ended at once`)
  const processes = (): RunningProcess[] => tree(main.pid)
  const end = (): Promise<void> => quit(main, processes())
  place.onCleanUp(end)
  try {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await debuggingPort(port, main)}`, { noDefaults: true })
    const context = browser.contexts()[0]
    if (context === undefined) throw new Error('the app offers no window to look at')
    const page = context.pages()[0] ?? (await context.waitForEvent('page'))
    return await work({ page, at, processes })
  } finally {
    await end()
  }
}

function argumentsFor({ data }: Place): string[] {
  // Root, as in a container, can have no sandbox.
  return [`--data-dir=${data}`, '--remote-debugging-port=0', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
}

function environmentFor({ home, display }: Place): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', HOME: home, LANGUAGE: 'en', LC_ALL: 'C.UTF-8', ...(display === undefined ? {} : { DISPLAY: display }) }
}

/** Chromium writes it down as soon as it listens. */
async function debuggingPort(file: string, main: RunningProcess): Promise<number> {
  const deadline = Date.now() + startLimit
  while (isRunning(main) && Date.now() < deadline) {
    const text = await readFile(file, 'utf8').catch(() => '')
    const port = Number(text.split('\n')[0])
    if (port > 0) return port
    await sleep(10)
  }
  throw new Error('the app ended, or opened no window')
}

async function quit(main: RunningProcess, mine: RunningProcess[]): Promise<void> {
  if (isRunning(main)) process.kill(main.pid, 'SIGTERM')
  const left = await survivors(mine, 30)
  killHard(left)
  if (left.length > 0) throw new Error(`${left.length} processes of the app had to be killed`)
}
