import path from 'node:path'
import { defineConfig } from '@playwright/test'

/** Tests of the built app: what `npm run package` left in dist/, run as somebody else's machine would run it. */
export default defineConfig({
  testDir: __dirname,
  outputDir: path.join(__dirname, '..', '..', 'test-results', 'packaged'),
  globalSetup: path.join(__dirname, 'global-setup.ts'),
  build: { external: ['**/*.mjs'] },
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 15_000 },
  reporter: [['list', { printSteps: false }]],
})
