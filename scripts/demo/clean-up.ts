/** Runs a program that starts others: however it ends, by itself, by a failure or by Ctrl-C, what it started is ended too. */
import { red, say } from './terminal'

export interface OnCleanUp {
  /** Tasks are done in reverse order, each whatever became of the others. */
  (task: () => Promise<unknown>): void
  /** The program is being ended from outside: what fails now, fails because of that. */
  isCleaning(): boolean
}

/** Sets the exit code: 0 when `work` says that all went well. */
export async function runAndCleanUp(work: (onCleanUp: OnCleanUp) => Promise<boolean>): Promise<void> {
  const tasks: (() => Promise<unknown>)[] = []
  let cleaning: Promise<void> | undefined
  const cleanUp = (): Promise<void> =>
    (cleaning ??= (async () => {
      for (const task of tasks.reverse()) await task().catch((error: unknown) => say(red(`while cleaning up: ${String(error)}`)))
    })())
  const onCleanUp = Object.assign((task: () => Promise<unknown>) => void tasks.push(task), { isCleaning: () => cleaning !== undefined })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say(`\n${signal}: cleaning up`)
      void cleanUp().then(() => process.exit(130))
    })
  }
  try {
    process.exitCode = (await work(onCleanUp)) ? 0 : 1
  } catch (error) {
    if (!cleaning) say(red(error instanceof Error ? error.message : String(error)))
    process.exitCode = 1
  } finally {
    await cleanUp()
  }
}
