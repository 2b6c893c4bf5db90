/** Gives all tests one display where the machine has none, and checks that what they start has been built. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from '../support/checkout'
import { openDisplay } from '../support/display'

export default async function globalSetup(): Promise<() => Promise<void>> {
  const built = path.join(root, 'out', 'main', 'main.js')
  if (!existsSync(built)) throw new Error(`${built} is missing: run "npm run build" first, or "npm test", which does`)
  const display = await openDisplay()
  if (display.name !== undefined) process.env['DISPLAY'] = display.name
  return () => display.end()
}
