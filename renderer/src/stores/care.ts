import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { CareTask, LibraryCareEnded } from '@/contract'
import { i18n } from '@/i18n'
import { isolated, readable } from '@/lib/readable'
import { command } from '@/services/bridge'
import { attempt } from './attempt'
import { useConnectionStore } from './connection'
import { useNoticeStore, type Notice } from './notices'
import { useViewStore } from './view'

const causes = ['library-damaged', 'library-missing', 'library-moved'] as const

/** Care of the library as a whole: its backup, its restore, and what main did with one that was damaged. */
export const useCareStore = defineStore('care', () => {
  const connection = useConnectionStore()
  const notices = useNoticeStore()
  const view = useViewStore()
  const { t, n } = i18n.global

  const task = computed(() => connection.state.libraryCare.task)
  const progress = computed(() => connection.state.libraryCare.progress)
  const last = computed(() => connection.state.libraryCare.last)
  /** Nothing can be searched or indexed meanwhile. */
  const stopsSidecars = computed(() => task.value === 'restore' || task.value === 'recover')
  /** The end that was told of last: each snapshot holds it anew. */
  let told = ''

  watch(
    last,
    (ended) => {
      const now = JSON.stringify(ended)
      if (now === told) return
      told = now
      if (ended?.task === 'recover') tellRecovery(ended)
    },
    { immediate: true, flush: 'sync' },
  )

  /** Where Details leads, the same can be read again: the notice has done its work then. */
  function tell(add: (details: Notice['action']) => number): void {
    const notice: number = add({
      label: t('care.details'),
      run: () => {
        notices.dismiss(notice)
        view.show('status', 'status-library')
      },
    })
  }

  function tellRecovery(ended: LibraryCareEnded): void {
    const { outcome, problem, file } = ended
    if (outcome === 'failed' && problem) tell((details) => notices.fail(problem, details, true))
    if (outcome !== 'done') return
    const place = file === null ? [] : [`${t(`care.place.${placeOf(ended)}`)} ${isolated(file)}`]
    tell((details) => notices.keep(happened(ended), [...countsOf(ended), ...place, t('care.untouched')], details))
  }

  /** What had become of a library that is recovered, in the language of the window where it is one of the usual causes. */
  function happened({ problem }: LibraryCareEnded): string {
    const cause = causes.find((code) => code === problem?.code)
    return cause ? t(`care.happened.${cause}`) : readable(problem?.message ?? t('care.outcome.recover.done'))
  }

  /** The words for what lies at `file`. */
  function placeOf({ task: kind, problem }: LibraryCareEnded): CareTask | 'replaced' {
    return kind === 'recover' && problem?.code !== 'library-damaged' ? 'replaced' : kind
  }

  /** What a recovered library holds, a sentence each. */
  function countsOf({ folders, kept }: LibraryCareEnded): string[] {
    return [t('care.recoveredFolders', { count: n(folders) }, folders), t('care.recoveredKept', { count: n(kept) }, kept)]
  }

  async function backUp(): Promise<void> {
    const ended = await attempt(() => command('library:choose-backup'))
    if (ended?.outcome === 'done' && ended.file !== null) notices.say(t('care.backedUp', { file: isolated(ended.file) }))
  }

  const cancelBackup = (): Promise<null> => attempt(() => command('library:cancel-backup'))

  async function restore(): Promise<void> {
    const ended = await attempt(() => command('library:choose-restore'))
    if (ended?.outcome !== 'done') return
    const place = ended.file === null ? [] : [`${t('care.place.restore')} ${isolated(ended.file)}`]
    tell((details) => notices.keep(t('care.outcome.restore.done'), place, details))
  }

  return { task, progress, last, stopsSidecars, happened, placeOf, countsOf, backUp, cancelBackup, restore }
})
