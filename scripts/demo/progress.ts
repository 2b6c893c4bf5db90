/** Lines that show how the library goes from waiting to indexed. */
import type { Status } from '../../electron/contract/generated/contract'
import type { AppWindow } from '../../test/support/app-window'
import { isSettled, statusWhenThere } from '../../test/support/library-status'
import { watch } from '../../test/support/patience'
import { dim, step } from './terminal'

/** Between two lines that differ only in what the status line says. */
const PAUSE = 3000
const SILENCE = 180

/** Waits for the end of all work and says how far it is; gives up only when nothing moves any more. */
export async function showProgress(window: AppWindow): Promise<Status> {
  let lastFiles = ''
  let saidAt = 0
  const { seen } = await watch({
    what: 'indexing',
    look: async () => ({ seen: await statusWhenThere(window.page), activity: await window.activity() }),
    done: ({ seen }) => isSettled(seen),
    sign: ({ seen, activity }) => JSON.stringify(seen.library) + activity,
    onChange: ({ seen, activity }) => {
      const files = fileCounts(seen)
      if (files === lastFiles && Date.now() - saidAt < PAUSE) return
      lastFiles = files
      saidAt = Date.now()
      step(`${files.padEnd(34)} ${dim(activity)}`)
    },
    silence: SILENCE,
  })
  return seen
}

function fileCounts({ library: { queue } }: Status): string {
  const parts = [
    `${String(queue.indexed).padStart(2)} indexed`,
    ...(queue.working > 0 ? [`${queue.working} in work`] : []),
    ...(queue.waiting > 0 ? [`${queue.waiting} waiting`] : []),
    ...(queue.needs_model > 0 ? [`${queue.needs_model} need a model`] : []),
    ...(queue.failed > 0 ? [`${queue.failed} failed`] : []),
  ]
  return parts.join(', ')
}
