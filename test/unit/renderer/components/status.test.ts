import { emptyPicture } from '@contract/picture'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import CareBanner from '@/components/care/CareBanner.vue'
import NoticeStack from '@/components/frame/NoticeStack.vue'
import StatusView from '@/components/status/StatusView.vue'
import type { LibraryCare, Problem, SidecarStatus } from '@/contract'
import { i18n } from '@/i18n'
import { useConnectionStore } from '@/stores/connection'
import { useLibraryStore } from '@/stores/library'
import { useNoticeStore } from '@/stores/notices'
import { useViewStore } from '@/stores/view'
import { aLibrary, anEnd, aQueue, aSidecar, freshStores, holdRequests } from '../fixtures'

const now = new Date(2024, 4, 20, 15, 30)
const crashed: Problem = { code: 'crashed', message: 'The audio engine ended (signal SIGKILL).', next_step: 'It is started again by itself.', detail: null }

describe('the Status page', () => {
  let wrapper: VueWrapper | undefined
  let invoked: unknown[][]
  let refused: string | null

  function show(over: { sidecars?: SidecarStatus[]; libraryCare?: Partial<LibraryCare>; queue?: Parameters<typeof aQueue>[0]; engines?: typeof emptyPicture.engines } = {}): VueWrapper {
    const sidecars = over.sidecars ?? [aSidecar({ pid: 4711, readySince: now.getTime() - 41_000, memory: 104_857_600 }), aSidecar({ name: 'audio-processor', pid: 4712 })]
    const libraryCare = { ...emptyPicture.libraryCare, ...over.libraryCare }
    const library = aLibrary({ queue: aQueue(over.queue) })
    useConnectionStore().apply({ type: 'snapshot', sequence: 0, ...emptyPicture, sidecars, libraryCare, library, engines: over.engines ?? [] })
    wrapper = mount(StatusView, { global: { plugins: [i18n] }, attachTo: document.body })
    return wrapper
  }

  const card = (name: string) => {
    const found = wrapper?.findAll('article').find((article) => article.get('h2').text() === name)
    if (!found) throw new Error(`no card ${name}`)
    return found
  }
  const factsOf = (name: string): Record<string, string> =>
    Object.fromEntries(card(name).findAll('.fact').map((fact) => [fact.get('dt').text(), fact.get('dd').text()]))
  const button = (label: string) => {
    const found = wrapper?.findAll('button').find((candidate) => [candidate.text(), candidate.attributes('aria-label')].includes(label))
    if (!found) throw new Error(`no button ${label}`)
    return found
  }

  beforeEach(() => {
    vi.useFakeTimers({ now })
    freshStores()
    holdRequests()
    invoked = []
    refused = null
    vi.stubGlobal('contentcache', {
      invoke: (...call: unknown[]) => {
        invoked.push(call)
        return Promise.resolve(call[0] === refused ? { ok: false, problem: { code: 'no', message: 'It was refused.', next_step: null, detail: null } } : { ok: true, value: null })
      },
    })
  })
  afterEach(() => {
    wrapper?.unmount()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('shows what each process is, and counts its uptime on', async () => {
    show()
    expect(factsOf('Search engine')).toMatchObject({ Process: '4711', Uptime: '41 s', Memory: '100 MB', Restarts: '0' })
    expect(card('Search engine').text()).toContain('answers searches')
    await vi.advanceTimersByTimeAsync(5000)
    expect(factsOf('Search engine')['Uptime']).toBe('46 s')
    expect(factsOf('Audio engine')['Memory']).toBeUndefined()
  })

  it('shows the models that each loads, and why one could not be', () => {
    const problem = { ...crashed, message: 'The file of Whisper is damaged.' }
    show({ engines: [{ engine: 'minilm', state: 'ready', problem: null }, { engine: 'whisper-base', state: 'failed', problem }] })
    expect(card('Search engine').get('.engines').text()).toBe('MiniLM ready')
    expect(card('Audio engine').get('.engines').text()).toMatch(/Whisper could not be loaded.*damaged.*YAMNet not known yet/s)
  })

  it.each(['stopped', 'starting', 'ready', 'degraded', 'restarting', 'failed'] as const)('one that is %s can be restarted', async (state) => {
    show({ sidecars: [aSidecar({ state })] })
    await button('Restart: Search engine').trigger('click')
    expect(invoked).toEqual([['sidecar:restart', { name: 'search-server' }]])
    expect(card('Search engine').get('[role=status]').text().length).toBeGreaterThan(5)
  })

  it('keeps the last failure after it has come back, with its time and its log lines behind More', () => {
    const lastFailure = { at: new Date(2024, 4, 20, 15, 28).getTime(), problem: crashed, stderrTail: ['first line', 'Killed \x1b[31m'] }
    show({ sidecars: [aSidecar({ name: 'audio-processor', restarts: 1, lastFailure })] })
    const text = card('Audio engine').text()
    expect(text).toMatch(/Last failure: 3:28\sPM/)
    expect(text).toContain(crashed.message)
    expect(text).toContain(crashed.next_step)
    expect(card('Audio engine').get('details pre').text()).toBe('first line\nKilled ␛[31m')
    expect(factsOf('Audio engine')['Restarts']).toBe('1')
  })

  it('does not say twice what is the present problem and the last failure', () => {
    const problem = { ...crashed, message: 'It ended 3 times within 5 minutes.' }
    show({ sidecars: [aSidecar({ state: 'failed', pid: null, problem, lastFailure: { at: now.getTime(), problem, stderrTail: [] } })] })
    expect(card('Search engine').text().split(problem.message)).toHaveLength(2)
    expect(card('Search engine').text()).toContain('Last failure')
    expect(factsOf('Search engine')['Process']).toBeUndefined()
  })

  it('counts the files and leads to those that failed', async () => {
    show({ queue: { waiting: 1200, failed: 3 } })
    expect(wrapper?.get('.queue').text()).toMatch(/Waiting\s*1,200.*Failed\s*3.*Needs a model\s*0/s)
    await button('Show the 3 files that failed').trigger('click')
    expect([useViewStore().current, useLibraryStore().state]).toEqual(['library', 'failed'])
  })

  it('says that diagnostics were copied and what may be in them, or that they were not', async () => {
    show()
    await button('Copy diagnostics').trigger('click')
    await flushPromises()
    expect(useNoticeStore().notices.map(({ text }) => text)).toEqual([expect.stringContaining('can name your files')])
    refused = 'diagnostics:copy'
    await button('Copy diagnostics').trigger('click')
    await flushPromises()
    expect(useNoticeStore().notices.map(({ text }) => text)).toEqual([expect.stringContaining('can name'), 'It was refused.'])
    await button('Open logs').trigger('click')
    expect(invoked[invoked.length - 1]).toEqual(['logs:open'])
  })

  it('shows a backup under way with Cancel, and nothing else that can be begun', async () => {
    const progress = { type: 'library-care-progress' as const, task: 'backup' as const, done: 52_428_800, total: 209_715_200 }
    show({ libraryCare: { task: 'backup', progress } })
    expect(card('Library').text()).toContain('50 MB of 200 MB')
    expect(card('Library').get('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
    expect(card('Library').findAll('button').map((each) => each.text())).toEqual(['Cancel'])
    await button('Cancel the backup').trigger('click')
    expect(invoked).toEqual([['library:cancel-backup']])
  })

  it.each([
    [anEnd({ file: '/stick/library.backup' }), /The backup is written\..*\/stick\/library\.backup/s],
    [anEnd({ outcome: 'cancelled' }), /cancelled. Nothing was written/],
    [anEnd({ outcome: 'failed', problem: { ...crashed, message: 'The disk is full.' } }), /The disk is full/],
    [anEnd({ task: 'restore', file: '/data/before.db' }), /restored from a backup.*former library is kept at.*\/data\/before\.db/s],
    [anEnd({ task: 'recover', file: '/data/damaged.db', folders: 1, kept: 0 }), /new library.*One folder is being indexed again\. No results.*damaged\.db/s],
  ])('shows what became of the last task', async (last, words) => {
    show({ libraryCare: { last } })
    expect(card('Library').text()).toMatch(words)
    await button('Back up…').trigger('click')
    await button('Restore…').trigger('click')
    expect(invoked).toEqual([['library:choose-backup'], ['library:choose-restore']])
  })

  it('while the library is restored nothing can be restarted, and the banner says why nothing is found', () => {
    const stopped = aSidecar({ state: 'stopped', pid: null })
    show({ sidecars: [stopped], libraryCare: { task: 'restore', progress: null } })
    expect(button('Restart: Search engine').attributes('disabled')).toBeDefined()
    expect(card('Search engine').get('[role=status]').text()).toBe('Stopped until the library is ready')
    const banner = mount(CareBanner, { global: { plugins: [i18n] } })
    expect(banner.text()).toContain('The library is being restored. Search is back when that is done.')
    useConnectionStore().apply({ type: 'event', sequence: 1, event: { type: 'library-care-changed', task: 'backup' } })
    return flushPromises().then(() => expect(banner.text()).toBe(''))
  })

  it('a message of several sentences shows each on its own line, as text', () => {
    useNoticeStore().keep('It <b>happened</b>.', ['One.', 'Two.'])
    const stack = mount(NoticeStack, { global: { plugins: [i18n] } })
    expect(stack.findAll('p').map((line) => line.text())).toEqual(['It <b>happened</b>.', 'One.', 'Two.'])
    expect(stack.find('b').exists()).toBe(false)
  })
})
