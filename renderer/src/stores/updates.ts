import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { UpdateState } from '@/contract'
import { i18n } from '@/i18n'
import { command } from '@/services/bridge'
import { attempt } from './attempt'
import { useConnectionStore } from './connection'
import { useNoticeStore, type Notice } from './notices'
import { useViewStore } from './view'

/** Newer versions of the app: what is known of them, what can be done, and a quiet word when there is one. */
export const useUpdatesStore = defineStore('updates', () => {
  const connection = useConnectionStore()
  const notices = useNoticeStore()
  const view = useViewStore()
  const { t } = i18n.global

  const updates = computed(() => connection.state.updates)
  const state = computed(() => updates.value.state)
  /** What was told of last: each snapshot holds it anew. */
  let told = ''
  /** The notice that leads to the state; it goes with it, or when the person is there. */
  let leading: number | null = null

  watch(state, tell, { immediate: true, flush: 'sync' })
  watch(
    () => view.current,
    (current) => {
      if (current === 'settings') leave()
    },
  )

  /** Whoever looks at the state already needs no word of it. */
  function tell(now: UpdateState): void {
    const version = now.phase === 'available' || now.phase === 'ready' || now.phase === 'failed' ? (now.update?.version ?? '') : ''
    const news = `${now.phase} ${now.phase === 'failed' ? now.during : ''} ${version}`
    if (news === told || now.phase === 'looking' || now.phase === 'downloading') return
    told = news
    leave()
    if (view.current === 'settings') return
    if (now.phase === 'available') lead((details) => notices.keep(t('updates.available', { version }), [], details))
    if (now.phase === 'ready') lead((details) => notices.keep(t('updates.readyNotice', { version }), [], details))
    // Looking by itself may fail as often as there is no network: that is told where it is looked for.
    if (now.phase === 'failed' && now.during !== 'look') lead((details) => notices.fail(now.problem, details))
  }

  function lead(add: (details: Notice['action']) => number): void {
    leading = add({ label: t('updates.show'), run: () => view.show('settings', 'settings-updates') })
  }

  function leave(): void {
    if (leading !== null) notices.dismiss(leading)
    leading = null
  }

  const look = (): Promise<null> => attempt(() => command('updates:look'))
  const download = (): Promise<null> => attempt(() => command('updates:download'))
  const cancel = (): Promise<null> => attempt(() => command('updates:cancel'))
  const restart = (): Promise<null> => attempt(() => command('updates:restart'))

  return { updates, state, look, download, cancel, restart }
})
