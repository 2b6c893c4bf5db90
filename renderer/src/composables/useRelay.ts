import { onScopeDispose } from 'vue'
import { RelayLink } from '@/lib/relay-link'
import { useConnectionStore } from '@/stores/connection'
import { useSessionStore } from '@/stores/session'

/** Connects the window to the relay for as long as the calling scope lives. */
export function useRelay(): void {
  const connection = useConnectionStore()
  const { session } = useSessionStore()
  if (!session) throw new Error('useRelay needs the session to be loaded')
  const link = new RelayLink({
    url: `${session.relayOrigin.replace(/^http/, 'ws')}/events`,
    onMessage: (message) => connection.apply(message),
    onState: (state) => {
      connection.link = state
    },
  })
  link.open()
  onScopeDispose(() => link.close())
}
