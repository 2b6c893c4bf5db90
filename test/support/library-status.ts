/** What the application says of its library, asked the way its window asks. */
import type { Page } from '@playwright/test'
import type { Item, ItemPage, ModelId, Status } from '../../electron/contract/generated/contract'
import type { Snapshot } from '../../electron/contract/relay'
import { watch } from './patience'

async function ask<T>(window: Page, path: string): Promise<T> {
  const answer = await window.evaluate(async (target) => {
    const session = await globalThis.window.contentcache.invoke('session:get')
    if (!session.ok) throw new Error(session.problem.message)
    const response = await fetch(session.value.relayOrigin + target)
    return { ok: response.ok, text: await response.text() }
  }, path)
  if (!answer.ok) throw new Error(`${path}: ${answer.text}`)
  return JSON.parse(answer.text) as T
}

export function status(window: Page): Promise<Status> {
  return ask<Status>(window, '/api/status')
}

/** The picture of the moment as the relay tells it to anyone who connects: the state of both sidecars and of all models. */
export async function snapshot(window: Page): Promise<Snapshot> {
  const text = await window.evaluate(async () => {
    const session = await globalThis.window.contentcache.invoke('session:get')
    if (!session.ok) throw new Error(session.problem.message)
    const socket = new WebSocket(`${session.value.relayOrigin.replace('http:', 'ws:')}/events`)
    try {
      return await new Promise<string>((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(String(data))
        socket.onerror = () => reject(new Error('the relay refused the connection'))
      })
    } finally {
      socket.close()
    }
  })
  return JSON.parse(text) as Snapshot
}

/** Models that are not on this machine; waits until both sidecars have said so. */
export async function missingModels(window: Page): Promise<ModelId[]> {
  const { engines } = await watch({
    what: 'what the sidecars say of their models',
    look: () => snapshot(window),
    done: (seen) => seen.engines.length === 3,
    sign: (seen) => JSON.stringify([seen.engines, seen.sidecars.map(({ state }) => state)]),
    silence: 60,
  })
  return engines.filter(({ state }) => state === 'missing').map(({ engine }) => engine)
}

export async function items(window: Page): Promise<Item[]> {
  return (await ask<ItemPage>(window, '/api/items?limit=500')).items
}

export async function item(window: Page, name: string): Promise<Item> {
  const found = (await items(window)).find((entry) => entry.name === name)
  if (found === undefined) throw new Error(`the library has no file ${name}`)
  return found
}

/** Nothing waits, nothing is worked on, every folder is scanned, every segment has its embedding (when MiniLM is there). */
export function isSettled(seen: Status): boolean {
  const { roots, queue } = seen.library
  const embeds = seen.engines.some((engine) => engine.engine === 'minilm' && engine.state !== 'missing' && engine.state !== 'failed')
  return (
    roots.length > 0 &&
    roots.every((root) => !root.scanning && root.counts.total > 0) &&
    queue.waiting === 0 &&
    queue.working === 0 &&
    (!embeds || queue.to_embed === 0)
  )
}

/** Waits for the end of all work for as long as something moves. */
export function settled(window: Page, silence = 180): Promise<Status> {
  return watch({
    what: 'indexing',
    look: () => statusWhenThere(window),
    done: isSettled,
    sign: (seen) => JSON.stringify(seen.library),
    silence,
  })
}

/** Waits until the library answers for the first time. */
export function started(window: Page): Promise<Status> {
  return watch({ what: 'the start', look: () => statusWhenThere(window), done: () => true, sign: () => '', silence: 60 })
}

/** While search_server starts, for the first time or again, nobody answers: that is no reason to give up at once. */
export async function statusWhenThere(window: Page): Promise<Status> {
  for (;;) {
    try {
      return await status(window)
    } catch (error) {
      if (!(error instanceof Error) || !/search-not-ready|search-unreachable/.test(error.message)) throw error
      await window.waitForTimeout(100)
    }
  }
}
