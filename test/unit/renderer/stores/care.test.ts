import { emptyPicture } from '@contract/picture'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LibraryCare, LibraryCareEnded, Problem, RelayEvent } from '@/contract'
import { useCareStore } from '@/stores/care'
import { useConnectionStore } from '@/stores/connection'
import { useNoticeStore } from '@/stores/notices'
import { useViewStore } from '@/stores/view'
import { anEnd, freshStores } from '../fixtures'

const damaged: Problem = { code: 'library-damaged', message: 'The library was damaged on the disk.', next_step: null, detail: null }
const recovered = anEnd({ task: 'recover', problem: damaged, file: '/data/library.damaged-1.db', folders: 2, kept: 17 })
const idle: LibraryCare = { task: null, progress: null, last: null }

describe('care of the library', () => {
  let care: ReturnType<typeof useCareStore>
  let notices: ReturnType<typeof useNoticeStore>
  let reply: unknown
  let invoked: string[]
  let sequence: number

  function picture(libraryCare: LibraryCare): void {
    sequence = 0
    useConnectionStore().apply({ type: 'snapshot', sequence, ...emptyPicture, libraryCare })
  }

  function hear(...events: RelayEvent[]): void {
    for (const event of events) useConnectionStore().apply({ type: 'event', sequence: (sequence += 1), event })
  }

  function recovery(ended: LibraryCareEnded): RelayEvent[] {
    return [{ type: 'library-care-changed', task: 'recover' }, ended, { type: 'library-care-changed', task: null }]
  }

  const said = (): string[] => notices.notices.map(({ text, lines }) => [text, ...lines].join(' '))

  beforeEach(() => {
    vi.useFakeTimers()
    freshStores()
    invoked = []
    reply = { ok: true, value: null }
    vi.stubGlobal('contentcache', {
      invoke: (channel: string) => {
        invoked.push(channel)
        return Promise.resolve(reply)
      },
    })
    care = useCareStore()
    notices = useNoticeStore()
    picture(idle)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('knows when the sidecars stand still: not for a backup', () => {
    const stops = (['backup', 'restore', 'recover'] as const).map((task) => {
      hear({ type: 'library-care-changed', task })
      return care.stopsSidecars
    })
    expect(stops).toEqual([false, true, true])
  })

  it('tells of a recovery until that is closed: what happened, what is indexed again, what was kept, where the damaged file is', async () => {
    hear(...recovery(recovered))
    expect(said()).toEqual([
      'The library was damaged on the disk, so a new one was made. 2 folders are being indexed again. The results of 17 files were kept. The damaged file is kept at \u2068/data/library.damaged-1.db\u2069 Your own files are not affected.',
    ])
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(said()).toHaveLength(1)
    notices.notices[0]?.action?.run()
    expect([useViewStore().current, useViewStore().target, said()]).toEqual(['status', { heading: 'status-library' }, []])
  })

  it('tells a window that opens later, once: what was closed does not come back with a new snapshot', () => {
    picture({ ...idle, last: recovered })
    expect(said()).toHaveLength(1)
    notices.dismiss(notices.notices[0]?.id ?? 0)
    picture({ ...idle, last: { ...recovered } })
    picture({ ...idle, last: recovered })
    expect(said()).toEqual([])
    hear(...recovery(recovered))
    expect(said()).toHaveLength(1)
  })

  it('has its own words for the usual causes, and those of the problem for others', () => {
    const of = (code: string): string => care.happened({ ...recovered, problem: { ...damaged, code, message: 'In\u202e words.' } })
    expect(of('library-missing')).toBe('The library was gone from the data folder, so a new one was made.')
    expect(of('strange')).toBe('In\uFFFD words.')
    expect(care.placeOf({ ...recovered, problem: { ...damaged, code: 'library-missing' } })).toBe('replaced')
  })

  it('a recovery that failed says what to do, and stays', () => {
    const problem = { ...damaged, code: 'disk-full', message: 'The disk is full.', next_step: 'Free some space.' }
    hear(...recovery(anEnd({ task: 'recover', outcome: 'failed', problem })))
    expect(notices.notices.map((notice) => notice.problem)).toEqual([problem])
    expect(notices.notices[0]?.kept).toBe(true)
  })

  it('says nothing of a library that was found whole, and nothing twice of what a person asked for', async () => {
    hear(...recovery(anEnd({ task: 'recover', outcome: 'nothing-to-do' })))
    hear({ type: 'library-care-changed', task: 'backup' }, anEnd({ task: 'backup' }), { type: 'library-care-changed', task: null })
    expect(said()).toEqual([])
    reply = { ok: true, value: anEnd({ task: 'backup', file: '/stick/library.backup' }) }
    await care.backUp()
    expect(said()).toEqual(['Backed up to \u2068/stick/library.backup\u2069'])
  })

  it('a restore says where the former library is, and stays', async () => {
    reply = { ok: true, value: anEnd({ task: 'restore', file: '/data/library.before-1.db' }) }
    await care.restore()
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(said()).toEqual(['The library was restored from a backup. The former library is kept at \u2068/data/library.before-1.db\u2069'])
  })

  it('a dialog that was closed says nothing, a refusal is told in words', async () => {
    await care.backUp()
    await care.restore()
    expect(said()).toEqual([])
    reply = { ok: false, problem: { ...damaged, message: 'There is no space for the backup.' } }
    await care.backUp()
    expect(said()).toEqual(['There is no space for the backup.'])
    expect(invoked).toEqual(['library:choose-backup', 'library:choose-restore', 'library:choose-backup'])
  })

  it('newer messages take the place of older ones, but not of what nobody may miss', () => {
    hear(...recovery(recovered))
    for (const number of [1, 2, 3, 4, 5, 6]) notices.say(`message ${number}`)
    expect(notices.notices.map(({ text }) => text)).toEqual([expect.stringContaining('damaged'), 'message 3', 'message 4', 'message 5', 'message 6'])
  })
})
