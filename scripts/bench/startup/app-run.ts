/** The built app as a person starts it: launched by its own program, and asked through its window as soon as there is one. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { skipFirstStart } from '../../../test/support/app'
import { AppWindow } from '../../../test/support/app-window'
import { missingModels, settled } from '../../../test/support/library-status'
import { ShippedApp } from '../../../test/packaged/shipped-app'
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
  app: ShippedApp
  /** Milliseconds since the epoch. */
  at: number
}

export async function prepareLibrary(place: Place, library: string): Promise<void> {
  await skipFirstStart(place.data)
  await withApp(place, async ({ app: { window: page } }) => {
    await new AppWindow(page).addFolder(library)
    await settled(page)
    if ((await missingModels(page)).includes('minilm')) throw new Error('This app has no MiniLM, so there is no search by meaning to wait for: npm run package makes one that has.')
  })
}

export function launchAndSearch(place: Place): Promise<AppRun> {
  return withApp(place, async ({ app, at }) => {
    const page = app.window
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
    return { window: seconds(window), words: seconds(words), meaning: seconds(meaning), memory: proportionalMemory(app.processes()) }
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
  const at = Date.now()
  const app = await ShippedApp.launch({ executable: path.join(place.unpacked, 'contentcache'), args: argumentsFor(place), env: environmentFor(place), quiet: true })
  try {
    return await work({ app, at })
  } finally {
    const left = await app.quit()
    if (left.length > 0) throw new Error(`${left.length} processes of the app had to be killed`)
  }
}

function argumentsFor({ data }: Place): string[] {
  // Root, as in a container, can have no sandbox.
  return [`--data-dir=${data}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
}

function environmentFor({ home, display }: Place): Record<string, string> {
  return { PATH: '/usr/bin:/bin', HOME: home, LANGUAGE: 'en', LC_ALL: 'C.UTF-8', ...(display === undefined ? {} : { DISPLAY: display }) }
}
