import { defineStore } from 'pinia'
import { computed, markRaw, shallowRef } from 'vue'
import type { Session } from '@/contract'
import { LibraryApi } from '@/services/api'
import { command } from '@/services/bridge'

/** What this launch is: where the relay listens, on which platform. Loaded once, before the window is drawn. */
export const useSessionStore = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  const api = computed(() => markRaw(new LibraryApi(session.value?.relayOrigin ?? '')))
  const isMac = computed(() => session.value?.platform === 'darwin')

  async function load(): Promise<void> {
    session.value = await command('session:get')
  }

  return { session, api, isMac, load }
})
