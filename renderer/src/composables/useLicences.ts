import { shallowRef, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Problem, ThirdPartyLicences } from '@/contract'
import { command } from '@/services/bridge'
import { problemOf } from '@/services/problem'

interface Licences {
  /** null until main has answered. */
  licences: Readonly<ShallowRef<ThirdPartyLicences | null>>
  problem: Readonly<ShallowRef<Problem | null>>
  load: () => Promise<void>
}

/** The licences of others, read from the disk by main. */
export function useLicences(): Licences {
  const { t } = useI18n()
  const licences = shallowRef<ThirdPartyLicences | null>(null)
  const problem = shallowRef<Problem | null>(null)

  async function load(): Promise<void> {
    problem.value = null
    try {
      licences.value = await command('about:read-licences')
    } catch (error) {
      problem.value = problemOf(error, { message: t('common.commandFailed'), next_step: t('common.tryAgainSoon') })
    }
  }

  void load()
  return { licences, problem, load }
}
