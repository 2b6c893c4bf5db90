/** The system's own dialogs cannot be clicked by a test: they are answered at once, and what they asked is kept. */
import type { RunningApp } from './app'

type Dialog = 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox'

/** From now on. */
export async function answerDialog({ electron }: RunningApp, dialog: Dialog, answer: object): Promise<void> {
  await electron.evaluate((main, [name, result]) => {
    const asked = globalThis as typeof globalThis & { askedOfDialogs?: unknown[] }
    asked.askedOfDialogs ??= []
    const ask = (...options: unknown[]): Promise<unknown> => {
      asked.askedOfDialogs?.push(options.at(-1))
      return Promise.resolve(result as unknown)
    }
    Object.assign(main.dialog, { [name]: ask })
  }, [dialog, answer] as const)
}

/** The options of every dialog since they are answered. */
export function askedOfDialogs({ electron }: RunningApp): Promise<Record<string, unknown>[]> {
  return electron.evaluate(() => (globalThis as typeof globalThis & { askedOfDialogs?: Record<string, unknown>[] }).askedOfDialogs ?? [])
}
