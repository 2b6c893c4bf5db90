/** Pictures of the window: light, dark, narrow. */
import path from 'node:path'
import type { RunningApp } from '../../test/support/app'
import type { AppWindow } from '../../test/support/app-window'

const QUERY = 'boathouse roof deposit'

export async function takeScreenshots(app: RunningApp, window: AppWindow, folder: string): Promise<void> {
  await window.search(QUERY)
  await window.openMoment('2024-08-19 monday.mp3', 0)
  for (const [name, scheme, width, height] of [
    ['light', 'light', 1280, 800],
    ['dark', 'dark', 1280, 800],
    ['narrow', 'light', 720, 480],
  ] as const) {
    await app.resize(width, height)
    await app.appearance(scheme)
    await window.picture(path.join(folder, `search-${name}.png`))
  }
  await app.resize(1280, 800)
  await app.appearance('light')
  await window.showLibrary()
  await window.picture(path.join(folder, 'library.png'))
}
