import { defineConfig } from '@playwright/test'

/** End-to-end tests: the built application on a real Electron. One worker, since each test has two Python processes of its own. */
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  globalSetup: './test/e2e/global-setup.ts',
  // Written for Node as they are.
  build: { external: ['**/*.mjs'] },
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [['list', { printSteps: false }]],
})
