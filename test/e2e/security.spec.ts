/** Attacks on the real application, from inside its window and from outside; docs/SECURITY.md names the test of each line. */
import { expect, test } from '@playwright/test'
import { attack, type Attacked } from './security/attacked'
import { attacksOnCommands } from './security/commands'
import { attacksByFiles } from './security/files'
import { attacksOnLoopback, silentConnection } from './security/loopback'
import { attacksByNavigation } from './security/navigation'
import { huntForSecrets } from './security/secrets'
import { attacksInTheWindow } from './security/window'
import { Stage } from './stage'

let stage: Stage
let attacked: Attacked
let silence: Promise<number>

test.beforeAll(async () => {
  stage = await Stage.open('security')
  attacked = await attack(stage)
  silence = silentConnection(attacked.relay.port)
})
test.afterAll(async () => {
  attacked.canary.close()
  await stage.end()
})

const present = (): Attacked => attacked
test.describe('the window', () => attacksInTheWindow(present))
test.describe('commands', () => attacksOnCommands(present))
test.describe('loopback', () => attacksOnLoopback(present))
test.describe('files', () => attacksByFiles(present))
test.describe('secrets', () => huntForSecrets(present))
// After it Playwright waits for navigations that were refused, so nothing is clicked any more.
test.describe('navigation', () => attacksByNavigation(present))
test('who connects to the relay and says nothing is not kept', async () => {
  expect(await silence).toBeLessThan(20)
})
