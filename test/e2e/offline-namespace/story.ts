/** Runs in a network namespace of its own: brings loopback up, indexes a library, searches it, and prints what it saw. */
import { mkdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { RunningApp } from '../../support/app'
import { AppWindow } from '../../support/app-window'
import { missingModels, settled, snapshot, started } from '../../support/library-status'
import { bringLoopbackUp } from '../../support/loopback'
import { watch } from '../../support/patience'

function reachOutside(): Promise<string> {
  return new Promise((resolve) => {
    // TEST-NET-1 (RFC 5737): nobody answers there, but only a machine without a route says so at once.
    const socket = connect({ host: '192.0.2.1', port: 443 })
    socket.once('connect', () => resolve('reachable'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENETUNREACH' ? 'unreachable' : (error.code ?? error.message)))
  })
}

interface Story {
  dataDirectory: string
  library: string
  modelsDirectory?: string
  offline?: boolean
}

/** With models: what is said and what is meant is found. */
async function withModels(app: RunningApp, window: AppWindow): Promise<object> {
  const said = await window.search('blue flower pot')
  const meant = await window.search('how do I make bread at home')
  const heard = await window.search('applause')
  return { said: said.hits[0]?.name, meant: meant.hits[0]?.name, heard: heard.hits[0]?.name ?? null, missing: (await missingModels(app.window)).sort() }
}

/** Without: words are found, and each model is named with what it costs and how to get it. */
async function withoutModels(app: RunningApp, window: AppWindow): Promise<object> {
  const words = await window.search('lukewarm')
  const nothing = await window.search('blue flower pot')
  await window.show('Models')
  const cards = await Promise.all(['MiniLM', 'Whisper', 'YAMNet'].map((name) => window.modelCard(name).innerText()))
  const whisper = window.modelCard('Whisper')
  await whisper.getByRole('button', { name: /^Download/ }).click()
  await watch({
    what: 'the answer of the downloader',
    look: () => snapshot(app.window),
    done: ({ models }) => models.some(({ failure }) => failure !== null),
    sign: ({ models }) => JSON.stringify(models.map(({ work, progress }) => [work, progress?.message])),
    silence: 60,
  })
  return { words: words.hits[0]?.name, nothing: nothing.message, cards, failure: (await whisper.innerText()).replaceAll(/\s+/g, ' ') }
}

async function story({ dataDirectory, library, modelsDirectory, offline = false }: Story): Promise<void> {
  bringLoopbackUp()
  mkdirSync(dataDirectory, { recursive: true })
  const app = await RunningApp.start({ dataDirectory, offline, ...(modelsDirectory === undefined ? {} : { modelsDirectory }) })
  try {
    const window = new AppWindow(app.window)
    await started(app.window)
    await window.addFolder(library)
    const done = await settled(app.window)
    const seen = modelsDirectory === undefined ? await withModels(app, window) : await withoutModels(app, window)
    const report = { interfaces: Object.keys(networkInterfaces()), outside: await reachOutside(), failed: done.library.queue.failed, ...seen }
    process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    await app.quit()
  }
}

story(JSON.parse(process.argv[2] ?? '') as Story).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
