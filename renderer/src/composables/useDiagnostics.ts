import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { command } from '@/services/bridge'
import { attempt } from '@/stores/attempt'
import { useNoticeStore } from '@/stores/notices'

/** What a person can take to somebody who helps: a text on the clipboard, and the folder of the logs. */
export function useDiagnostics(): { copying: Readonly<Ref<boolean>>; copy: () => Promise<void>; openLogs: () => Promise<void> } {
  const { t } = useI18n()
  const notices = useNoticeStore()
  const copying = ref(false)

  async function copy(): Promise<void> {
    copying.value = true
    const copied = await attempt(async () => {
      await command('diagnostics:copy')
      return true
    })
    copying.value = false
    if (copied) notices.say(t('diagnostics.copied'), { lifetime: 12_000 })
  }

  async function openLogs(): Promise<void> {
    await attempt(() => command('logs:open'))
  }

  return { copying, copy, openLogs }
}
