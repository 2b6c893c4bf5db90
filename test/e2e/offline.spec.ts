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

test('where there is no network but loopback, everything works', async () => {
  const possible = spawnSync('unshare', ['--net', 'true'])
  const reason = `no network namespace can be made here: ${String(possible.error ?? possible.stderr)}`
  if (possible.status !== 0) console.log(`skipped: ${reason}`)
  test.skip(possible.status !== 0, reason)
  const stage = await Stage.open('namespace')
  try {
    const library = await stage.samples('library', ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a'])
    // The test's own connection to Electron goes over loopback: so it runs inside the namespace as a program of its own.
    const story = path.join(root, 'test', 'e2e', 'offline-namespace', 'story.ts')
    const { stdout } = await run(
      'unshare',
      ['--net', process.execPath, path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), story, stage.dataDirectory, library],
      { env: process.env, timeout: 150_000 },
    )
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      interfaces: ['lo'],
      outside: 'unreachable',
      failed: 0,
      said: 'memo 0012.m4a',
      meant: 'sourdough.txt',
    })
  } finally {
    await stage.end()
  }
})
