/** A dialog of a process that may not open the data folder: Chromium's profile lies in a folder of its own meanwhile, which goes with the process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { app, dialog, type MessageBoxOptions } from 'electron'
import type { ExitCode } from './exit-codes'
import type { Settings } from './contract/ipc'
import { messageOf } from './problem'

export interface DatalessDialog {
  /** As it was chosen in the settings. */
  language: Settings['language']
  options: (language: string) => MessageBoxOptions
  /** Of a process that is ended while it asks. */
  exitCode: ExitCode
}

/** Index of the button, or null where there is no screen to ask on. To be called before Electron is ready. */
export async function askWithoutData({ language, options, exitCode }: DatalessDialog): Promise<number | null> {
  // Chromium ends the process at once where it finds none.
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return null
  const profile = mkdtempSync(path.join(tmpdir(), 'contentcache-dialog-'))
  process.on('exit', () => rmSync(profile, { recursive: true, force: true }))
  for (const name of ['userData', 'sessionData'] as const) app.setPath(name, profile)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.exit(exitCode))
  await app.whenReady()
  const { response } = await dialog.showMessageBox(options(language === 'system' ? app.getLocale() : language))
  return response
}

/** Says why the app does not start, at the terminal and on the screen, and ends it. */
export function refuseToStart(line: string, asked: DatalessDialog): void {
  process.stderr.write(`contentcache: ${line}\n`)
  askWithoutData(asked).then(
    () => app.exit(asked.exitCode),
    (error: unknown) => {
      process.stderr.write(`contentcache: ${messageOf(error)}\n`)
      app.exit(asked.exitCode)
    },
  )
}
