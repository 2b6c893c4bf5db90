/** Runs in a network namespace of its own: the built app, enclosed, is started on a home that it may know already, and asked what it knows. */
import { AppWindow } from '../support/app-window'
import { settled, snapshot, started, statusWhenThere } from '../support/library-status'
import { bringLoopbackUp } from '../support/loopback'
import { watch } from '../support/patience'
import { environmentOf, type Enclosure } from './enclosure'
import { ShippedApp } from './shipped-app'

export interface UpgradeStory {
  enclosure: Enclosure
  /** A folder to add, or null: it was added before. */
  library: string | null
}

async function story({ enclosure, library }: UpgradeStory): Promise<void> {
  bringLoopbackUp()
  const app = await ShippedApp.launch({ executable: enclosure.command, env: environmentOf(enclosure) })
  try {
    const window = new AppWindow(app.window)
    await started(app.window)
    const atOnce = (await statusWhenThere(app.window)).library.queue
    if (library !== null) {
      await window.addFolder(library)
      await settled(app.window)
    }
    const { hits } = await window.search('lukewarm')
    await settled(app.window)
    const { models } = await watch({
      what: 'the look at the models',
      look: () => snapshot(app.window),
      done: (seen) => seen.models.length > 0 && seen.models.every(({ status }) => status !== null),
      sign: (seen) => JSON.stringify(seen.models),
      silence: 60,
    })
    const [settings, session] = await app.window.evaluate(() => Promise.all([globalThis.window.contentcache.invoke('settings:get'), globalThis.window.contentcache.invoke('session:get')]))
    const report = {
      version: session.ok ? session.value.version : null,
      waiting: atOnce.waiting + atOnce.working,
      found: hits[0]?.name ?? null,
      appearance: settings.ok ? settings.value.appearance : null,
      whisper: models.find(({ model }) => model === 'whisper-base')?.status?.state ?? null,
      left: (await app.quit()).map(({ command }) => command),
    }
    process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    if (app.runs) await app.quit()
  }
}

story(JSON.parse(process.argv[2] ?? '') as UpgradeStory).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
})
