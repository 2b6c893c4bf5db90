import { i18n } from '@/i18n'
import { problemOf } from '@/services/problem'
import { useNoticeStore } from './notices'

/** What came of a command; null when it failed, which the person has then been told. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  const { t } = i18n.global
  try {
    return await work()
  } catch (error) {
    useNoticeStore().fail(problemOf(error, { message: t('common.commandFailed'), next_step: t('common.tryAgainSoon') }))
    return null
  }
}
