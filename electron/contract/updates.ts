/** Newer versions of the app itself, as the window shows them. */
import type { Problem } from './generated/events'

/** `not-packaged`: a checkout, which its own tools bring up to date. */
export type UpdatesOff = 'no-address' | 'not-packaged' | 'offline'

/**
 * How a newer version gets here. `app`: it replaces itself. `package`: it was installed by a package manager or from an archive, and so is the next.
 * `read-only`: an AppImage in a folder where this person may not write.
 */
export type UpdateWay = 'app' | 'package' | 'read-only'

/** A version that is newer than this one. */
export interface Update {
  version: string
  /** bytes; null where the release does not say. */
  size: number | null
  /** ISO 8601; null where the release does not say. */
  date: string | null
}

export type UpdateStep = 'look' | 'download' | 'install'

/** Every failure leaves this version as it is; what had failed can be tried again. */
export type UpdateState =
  | { phase: 'off'; reason: UpdatesOff }
  | { phase: 'idle' }
  | { phase: 'looking' }
  | { phase: 'available'; update: Update }
  /** `rate`: bytes a second; null at the beginning. */
  | { phase: 'downloading'; update: Update; bytes: number; total: number | null; rate: number | null }
  /** It replaces this version when the app quits. */
  | { phase: 'ready'; update: Update }
  /** `during`: an installation failed in the launch before. `update`: what could not be had; null unless it was being downloaded. */
  | { phase: 'failed'; problem: Problem; during: UpdateStep; update: Update | null }

export interface Updates {
  state: UpdateState
  way: UpdateWay
  /** Where releases lie; null: this build has no such address. */
  address: string | null
  /** Unix milliseconds of the last answer in this launch. */
  lookedAt: number | null
}

export const noUpdates: Updates = { state: { phase: 'off', reason: 'no-address' }, way: 'package', address: null, lookedAt: null }
