/** Waiting without a fixed total: as long as something changes, it goes on. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Watch<T> {
  /** What is looked at again and again. */
  look(): Promise<T>
  done(seen: T): boolean
  /** Changes as long as there is work; equal values mean silence. */
  sign(seen: T): string
  /** Called at every change. */
  onChange?(seen: T): void
  /** Silence, in seconds, after which it gives up. */
  silence: number
  what: string
}

/** The value that was `done`; throws after `silence` seconds without any change. */
export async function watch<T>(options: Watch<T>): Promise<T> {
  let last = ''
  let changedAt = Date.now()
  for (;;) {
    const seen = await options.look()
    const sign = options.sign(seen)
    if (sign !== last) {
      last = sign
      changedAt = Date.now()
      options.onChange?.(seen)
    }
    if (options.done(seen)) return seen
    if (Date.now() - changedAt > options.silence * 1000) {
      throw new Error(`${options.what}: nothing changed for ${options.silence} s. Last seen: ${sign}`)
    }
    await sleep(100)
  }
}
