import { existsSync } from 'node:fs'
import { openDisplay } from '../support/display'
import { unpacked } from './installation'

export default async function globalSetup(): Promise<() => Promise<void>> {
  if (!existsSync(unpacked)) throw new Error(`${unpacked} is missing: run "npm run package" first`)
  const display = await openDisplay()
  if (display.name !== undefined) process.env['DISPLAY'] = display.name
  return () => display.end()
}
