import { emptyPicture } from '@contract/picture'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { IpcReply, Problem } from '@/contract'
import { useConnectionStore } from '@/stores/connection'
import { useLibraryStore } from '@/stores/library'
import { useNoticeStore } from '@/stores/notices'
import { useSessionStore } from '@/stores/session'
import { aLibrary, anItem, aRoot, freshStores, holdRequests, type PendingRequest } from '../fixtures'

const problem: Problem = { code: 'not-a-folder', message: 'This is a file, not a folder.', next_step: 'Choose its folder.', detail: null }

describe('library store', () => {
  let requests: PendingRequest[]
  let commands: [string, unknown][]
  let reply: IpcReply<'library:remove-folder'>
  let library: ReturnType<typeof useLibraryStore>
  let notices: ReturnType<typeof useNoticeStore>
  const root = aRoot({ id: 5, path: '/home/ann/Music' })

  beforeEach(async () => {
    vi.useFakeTimers()
    freshStores()
    requests = holdRequests()
    commands = []
    reply = { ok: true, value: root }
    vi.stubGlobal('contentcache', {
      invoke: (channel: string, argument: unknown) => {
        commands.push([channel, argument])
        return Promise.resolve(reply)
      },
    })
    library = useLibraryStore()
    notices = useNoticeStore()
    useConnectionStore().apply({ type: 'snapshot', sequence: 0, ...emptyPicture, library: aLibrary({ roots: [root] }) })
    await nextTick()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('hides a removed folder at once and brings it back by undo', async () => {
    await library.removeFolder(root)
    expect(library.roots).toEqual([])
    const [notice] = notices.notices
    expect(notice?.text).toContain('not touched')
    notice?.action?.run()
    await vi.advanceTimersByTimeAsync(0)
    expect(commands).toEqual([['library:remove-folder', { rootId: 5 }], ['library:restore-folder', { rootId: 5 }]])
    expect([library.roots.length, notices.notices.length]).toEqual([1, 0])
  })

  it('asks again for the folders of an earlier launch', () => {
    const session = useSessionStore()
    if (session.session) session.session = { ...session.session, pendingFolders: ['/home/ann/Music', '/media/disk'] }
    library.addPending()
    expect(library.adding).toEqual(['/home/ann/Music', '/media/disk'])
    expect(commands).toEqual([['library:add-folder', { path: '/home/ann/Music' }], ['library:add-folder', { path: '/media/disk' }]])
  })

  it('offers undo exactly as long as the server waits', async () => {
    await library.removeFolder(root)
    await vi.advanceTimersByTimeAsync(29_900)
    expect(notices.notices).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(notices.notices).toHaveLength(0)
  })

  it('a folder that could not be removed or added is said in words and stays', async () => {
    reply = { ok: false, problem }
    await library.removeFolder(root)
    expect(await library.addFolder('/home/ann/a.txt')).toBeNull()
    expect(library.roots).toHaveLength(1)
    expect(notices.notices.map((notice) => notice.text)).toEqual([problem.message])
  })

  it('filters and sorts by the server, and updates a row in place', async () => {
    library.ensure(0, 10)
    await requests[0]?.answer({ items: [anItem({ id: 1, state: 'waiting' })], total: 1, offset: 0 })
    expect(library.items.row(0)?.state).toBe('waiting')
    useConnectionStore().apply({ type: 'event', sequence: 1, event: { type: 'item-changed', item: anItem({ id: 1 }) } })
    expect(library.items.row(0)?.state).toBe('indexed')
    library.state = 'failed'
    library.sortBy('size')
    await nextTick()
    const last = requests[requests.length - 1]
    expect(Object.fromEntries(last?.url.searchParams ?? [])).toMatchObject({ state: 'failed', sort: 'size', order: 'desc' })
    expect(library.items.row(0)).toBeUndefined()
  })
})
