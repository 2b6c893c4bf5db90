import { emptyPicture } from '@contract/picture'
import { describe, expect, it } from 'vitest'
import type { JobProgress, RelayEvent, RelayMessage } from '@/contract'
import { applyMessage, emptyRelayState, type RelayState } from '@/lib/relay-state'
import { aLibrary, anItem, aQueue, aSidecar } from '../fixtures'

const snapshot: RelayMessage = { type: 'snapshot', sequence: 7, ...emptyPicture, sidecars: [aSidecar()] }
const event = (sequence: number, body: RelayEvent): RelayMessage => ({ type: 'event', sequence, event: body })
const progress: JobProgress & RelayEvent = { type: 'job-progress', item_id: 1, name: 'a', stage: 'transcribing', done: 1, total: 2, unit: 'seconds', seconds_left: 1 }

function applied(state: RelayState, message: RelayMessage): RelayState {
  const result = applyMessage(state, message)
  if (result.kind !== 'applied') throw new Error(result.kind)
  return result.state
}

describe('applyMessage', () => {
  it('takes the snapshot, then the next events in order', () => {
    let state = applied(emptyRelayState(), snapshot)
    state = applied(state, event(8, { type: 'library-changed', library: aLibrary({ queue: aQueue({ waiting: 3 }) }) }))
    expect(state.sequence).toBe(8)
    expect(state.library?.queue.waiting).toBe(3)
  })

  it('sees a gap, and an event before any snapshot', () => {
    const state = applied(emptyRelayState(), snapshot)
    expect(applyMessage(state, event(9, progress))).toEqual({ kind: 'gap', expected: 8, got: 9 })
    expect(applyMessage(emptyRelayState(), event(0, progress)).kind).toBe('gap')
  })

  it('ignores an event that the snapshot already holds', () => {
    const state = applied(emptyRelayState(), snapshot)
    expect(applyMessage(state, event(7, progress)).kind).toBe('duplicate')
  })

  it('a later snapshot replaces everything, even with a smaller number', () => {
    let state = applied(emptyRelayState(), snapshot)
    state = applied(state, event(8, progress))
    state = applied(state, { ...snapshot, sequence: 0 })
    expect(state).toMatchObject({ sequence: 0, progress: [] })
  })

  it('ends the progress of a finished item and of a process that went down', () => {
    let state = applied(applied(emptyRelayState(), snapshot), event(8, progress))
    expect(applied(state, event(9, { type: 'item-changed', item: anItem() })).progress).toEqual([])
    state = applied(state, event(9, { type: 'sidecar-changed', sidecar: aSidecar({ name: 'audio-processor', state: 'restarting' }) }))
    expect(state.progress).toEqual([])
  })
})
