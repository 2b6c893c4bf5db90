import { applyEvent, emptyPicture, type Picture } from '@contract/picture'
import type { RelayMessage } from '@/contract'

/** The window's picture of the app, and the number of the last message that went into it; null before the first snapshot. */
export interface RelayState extends Picture {
  sequence: number | null
}

export type Applied = { kind: 'applied'; state: RelayState } | { kind: 'duplicate' } | { kind: 'gap'; expected: number; got: number }

export function emptyRelayState(): RelayState {
  return { sequence: null, ...emptyPicture }
}

/** Pure: a gap means that an event was missed, and only a new snapshot can make the picture right. */
export function applyMessage(state: RelayState, message: RelayMessage): Applied {
  if (message.type === 'snapshot') {
    const { sequence, offline, sidecars, engines, library, progress, models, modelExport, libraryCare, updates } = message
    return { kind: 'applied', state: { sequence, offline, sidecars, engines, library, progress, models, modelExport, libraryCare, updates } }
  }
  const expected = (state.sequence ?? -1) + 1
  if (state.sequence === null || message.sequence > expected) return { kind: 'gap', expected, got: message.sequence }
  if (message.sequence < expected) return { kind: 'duplicate' }
  return { kind: 'applied', state: { ...applyEvent(state, message.event), sequence: message.sequence } }
}
