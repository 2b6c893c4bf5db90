/** A screen to draw on: the person's own, or a private virtual one. */
import { hasDisplay } from '../../scripts/electron-runtime/resolve.mjs'
import { startXvfb } from '../../scripts/electron-runtime/xvfb.mjs'

export interface Display {
  /** Value of DISPLAY; undefined where the platform needs none. */
  name: string | undefined
  virtual: boolean
  end(): Promise<void>
}

/** Throws when Xvfb is not installed or does not start. */
export async function openDisplay(size = { width: 1440, height: 1000 }): Promise<Display> {
  if (hasDisplay()) return { name: process.env['DISPLAY'], virtual: false, end: () => Promise.resolve() }
  const { display, stop } = await startXvfb(size)
  return { name: display, virtual: true, end: stop }
}
