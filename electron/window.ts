import { readFileSync } from 'node:fs'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import * as v from 'valibot'
import { writeAtomically } from './atomic-file'
import type { Log } from './log/log'
import { messageOf } from './problem'
import { minimumSize, visibleBounds, windowStateSchema, type Bounds, type WindowState } from './window-bounds'

export interface WindowOptions {
  stateFile: string
  preload: string
  title: string
  log: Log
}

const background = { light: '#ffffff', dark: '#17181a' }

function readState(file: string): WindowState | null {
  try {
    const parsed = v.safeParse(windowStateSchema, JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.output : null
  } catch {
    // First start, or a file that says nothing: the usual place.
    return null
  }
}

function workAreas(): [Bounds, ...Bounds[]] {
  const main = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id)
  return [main.workArea, ...others.map(({ workArea }) => workArea)]
}

function backgroundColor(): string {
  return nativeTheme.shouldUseDarkColors ? background.dark : background.light
}

/** Hidden until its first picture is there. Its size and place are remembered. */
export function createWindow({ stateFile, preload, title, log }: WindowOptions): BrowserWindow {
  const state = readState(stateFile)
  const window = new BrowserWindow({
    ...visibleBounds(state, workAreas()),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title,
    show: false,
    backgroundColor: backgroundColor(),
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false, spellcheck: false },
  })
  if (state?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())

  const followTheme = (): void => window.setBackgroundColor(backgroundColor())
  nativeTheme.on('updated', followTheme)
  window.once('closed', () => nativeTheme.off('updated', followTheme))

  window.on('close', () => {
    const next: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() }
    writeAtomically(stateFile, JSON.stringify(next)).catch((error: unknown) => log.warn(`The window's place was not saved: ${messageOf(error)}`))
  })
  return window
}
