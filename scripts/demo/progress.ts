/** Lines that show how the library goes from waiting to indexed. */
import type { Status } from '../../electron/contract/generated/contract'
import { step } from './terminal'

/** A printer that says each new state of the queue once. */
export function progressPrinter(activity: () => Promise<string>): (seen: Status) => void {
  let last = ''
  return (seen) => {
    const line = counts(seen)
    if (line === last) return
    last = line
    void activity().then(
      (text) => step(text ? `${line}   ${text}` : line),
      () => step(line),
    )
  }
}

function counts({ library: { queue } }: Status): string {
  const parts = [
    `${String(queue.indexed).padStart(2)} indexed`,
    `${queue.working} in work`,
    `${queue.waiting} waiting`,
    ...(queue.needs_model > 0 ? [`${queue.needs_model} need a model`] : []),
    ...(queue.failed > 0 ? [`${queue.failed} failed`] : []),
    ...(queue.to_embed > 0 ? [`${queue.to_embed} passages to embed`] : []),
  ]
  return parts.join(', ')
}
