import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { EngineStatus, ModelId, RelayEvent, RelayMessage } from '@/contract'
import { applyMessage, emptyRelayState } from '@/lib/relay-state'

export type LinkState = 'connecting' | 'open' | 'lost'
type EventListener = (event: RelayEvent) => void

/** The relay's picture of the app. Other stores listen to single events through `onEvent`. */
export const useConnectionStore = defineStore('connection', () => {
  const state = shallowRef(emptyRelayState())
  const link = ref<LinkState>('connecting')
  const listeners = new Set<EventListener>()
  const snapshotListeners = new Set<() => void>()

  /** False: an event is missing, and the caller reconnects for a new snapshot. */
  function apply(message: RelayMessage): boolean {
    const applied = applyMessage(state.value, message)
    if (applied.kind === 'gap') return false
    if (applied.kind === 'duplicate') return true
    state.value = applied.state
    if (message.type === 'event') for (const listener of listeners) listener(message.event)
    else for (const listener of snapshotListeners) listener()
    return true
  }

  function onEvent(listener: EventListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** A snapshot follows a first or renewed connection: whatever was fetched before may be out of date. */
  function onSnapshot(listener: () => void): () => void {
    snapshotListeners.add(listener)
    return () => snapshotListeners.delete(listener)
  }

  function engine(id: ModelId): EngineStatus | null {
    return state.value.engines.find((status) => status.engine === id) ?? null
  }

  const library = computed(() => state.value.library)
  const sidecars = computed(() => state.value.sidecars)
  const progress = computed(() => state.value.progress)
  const offline = computed(() => state.value.offline)

  return { state, link, library, sidecars, progress, offline, apply, onEvent, onSnapshot, engine }
})
