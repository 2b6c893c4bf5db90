import { execFile, spawnSync } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { root } from '../support/checkout'
import { Stage } from './stage'

const run = promisify(execFile)

test('--offline is shown in the window', async () => {
  const stage = await Stage.open('offline')
  try {
    const { window } = await stage.launch({ offline: true })
    await expect(window.statusLine).toContainText(/offline/i)
  } finally {
    await stage.end()
  }
})

test.describe('where there is no network but loopback', () => {
  test.beforeEach(() => {
    const possible = spawnSync('unshare', ['--net', 'true'])
    const reason = `no network namespace can be made here: ${String(possible.error ?? possible.stderr)}`
    if (possible.status !== 0) console.log(`skipped: ${reason}`)
    test.skip(possible.status !== 0, reason)
  })

  test('everything works when the models are there', async () => {
    const stage = await Stage.open('namespace')
    try {
      const library = await stage.samples('library', ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a', 'Recordings/prize evening.mp3'])
      const seen = await tell({ dataDirectory: stage.dataDirectory, library, offline: true })
      expect(seen).toMatchObject({ interfaces: ['lo'], outside: 'unreachable', failed: 0, said: 'memo 0012.m4a', meant: 'sourdough.txt' })
      if (seen['missing']?.toString() === '') expect(seen['heard']).toBe('prize evening.mp3')
      else console.log(`skipped: sounds, because these models are not on this machine: ${String(seen['missing'])}`)
    } finally {
      await stage.end()
    }
  })

  test('without models words are found, and each model is named with its size and how to get it', async () => {
    const stage = await Stage.open('namespace-bare')
    try {
      const library = await stage.samples('library', ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a'])
      const seen = await tell({ dataDirectory: stage.dataDirectory, library, modelsDirectory: await stage.folder('models') })
      expect(seen).toMatchObject({ interfaces: ['lo'], outside: 'unreachable', failed: 0, words: 'sourdough.txt' })
      expect(seen['nothing']).toMatch(/Whisper \(139 MB\)/)
      const [minilm, whisper, yamnet] = seen['cards'] as string[]
      expect(minilm).toMatch(/87 MB[^]*Download/)
      expect(whisper).toMatch(/139 MB[^]*Download/)
      expect(yamnet).toMatch(/17 MB[^]*Download/)
      expect(seen['failure']).toMatch(/not cached and there is no internet connection.*import it from a file/)
    } finally {
      await stage.end()
    }
  })
})

/** The test's own connection to Electron goes over loopback: so the story runs inside the namespace as a program of its own. */
async function tell(story: object): Promise<Record<string, unknown>> {
  const file = path.join(root, 'test', 'e2e', 'offline-namespace', 'story.ts')
  const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  const { stdout } = await run('unshare', ['--net', process.execPath, tsx, file, JSON.stringify(story)], { env: process.env, timeout: 150_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}
