import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { SidecarName } from '@/contract'
import { command } from '@/services/bridge'
import { problemOf } from '@/services/problem'
import { useNoticeStore } from '@/stores/notices'

export function useSidecarRestart(): { restarting: Readonly<Ref<boolean>>; restart: (name: SidecarName) => Promise<void> } {
  const { t } = useI18n()
  const notices = useNoticeStore()
  const restarting = ref(false)

  async function restart(name: SidecarName): Promise<void> {
    restarting.value = true
    try {
      await command('sidecar:restart', { name })
    } catch (error) {
      notices.fail(problemOf(error, { message: t('sidecar.restartFailed'), next_step: t('common.tryAgainSoon') }))
    } finally {
      restarting.value = false
    }
  }

  return { restarting, restart }
}
