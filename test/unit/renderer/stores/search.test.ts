import { emptyPicture } from '@contract/picture'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { useConnectionStore } from '@/stores/connection'
import { useSearchStore } from '@/stores/search'
import { aHit, aLibrary, aMoment, anAnswer, anItem, aSidecar, freshStores, holdRequests, type PendingRequest } from '../fixtures'

describe('search store', () => {
  let requests: PendingRequest[]
  let search: ReturnType<typeof useSearchStore>
  const hitOf = (id: number, name = `file ${id}`) => aHit({ item: anItem({ id, name }), moments: [aMoment({ segment_id: id })] })
  const names = (): string[] => search.hits.map((hit) => hit.item.name)

  function request(at: number): PendingRequest {
    const found = requests[at]
    if (!found) throw new Error(`request ${at} was not made`)
    return found
  }

  async function type(text: string): Promise<void> {
    search.query = text
    await nextTick()
    await vi.advanceTimersByTimeAsync(250)
  }

  beforeEach(() => {
    vi.useFakeTimers()
    freshStores()
    requests = holdRequests()
    search = useSearchStore()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('asks once for a burst of letters', async () => {
    for (const text of ['cou', 'coun', 'count']) {
      search.query = text
      await nextTick()
      await vi.advanceTimersByTimeAsync(20)
    }
    await vi.advanceTimersByTimeAsync(100)
    expect(requests.map((sent) => sent.url.searchParams.get('q'))).toEqual(['count'])
    expect(request(0).url.searchParams.get('typing')).toBe('true')
  })

  it('a stale answer never overwrites a newer one, and keeps the old results until the new are there', async () => {
    await type('first')
    await request(0).answer(anAnswer({ hits: [hitOf(1, 'first')] }))
    await type('second')
    await type('third')
    expect(names()).toEqual(['first'])
    expect(request(1).signal?.aborted).toBe(true)
    await request(2).answer(anAnswer({ hits: [hitOf(3, 'third')] }))
    await request(1).answer(anAnswer({ hits: [hitOf(2, 'second')] }))
    expect(names()).toEqual(['third'])
    expect(search.status).toBe('ready')
  })

  it('an answer that comes after the field was emptied changes nothing', async () => {
    await type('country')
    await type('')
    await request(0).answer(anAnswer({ hits: [hitOf(1)] }))
    expect([search.status, search.hits.length]).toEqual(['idle', 0])
  })

  it('sends the filters, and drops them', async () => {
    await type('country')
    await request(0).answer(anAnswer())
    search.kind = 'audio'
    search.rootId = 4
    await nextTick()
    expect(Object.fromEntries(request(1).url.searchParams)).toMatchObject({ kind: 'audio', root: '4', offset: '0' })
    search.dropFilters()
    await nextTick()
    expect(request(2).url.searchParams.has('kind')).toBe(false)
  })

  it('says in words what failed, and asks again when the search engine is back', async () => {
    const connection = useConnectionStore()
    connection.apply({ type: 'snapshot', sequence: 0, ...emptyPicture, library: aLibrary() })
    await type('country')
    await request(0).fail(503, { problem: { code: 'down', message: 'The search engine is restarting.', next_step: null, detail: null } })
    expect([search.status, search.problem?.message]).toEqual(['failed', 'The search engine is restarting.'])
    connection.apply({ type: 'event', sequence: 1, event: { type: 'sidecar-changed', sidecar: aSidecar() } })
    await request(1).answer(anAnswer({ hits: [hitOf(1)] }))
    expect([search.status, search.problem]).toEqual(['ready', null])
  })

  it('ranks again when meaning is ready, as a soft update that keeps what was opened', async () => {
    const connection = useConnectionStore()
    connection.apply({ type: 'snapshot', sequence: 0, ...emptyPicture, library: aLibrary() })
    await vi.advanceTimersByTimeAsync(10)
    await type('country')
    await request(0).answer(anAnswer({ hits: [hitOf(1), hitOf(2)], meaning: 'warming' }))
    await search.expand(1)
    connection.apply({ type: 'event', sequence: 1, event: { type: 'engine-changed', status: { engine: 'minilm', state: 'ready', problem: null } } })
    await vi.advanceTimersByTimeAsync(10)
    await request(1).answer(anAnswer({ hits: [hitOf(2), hitOf(1)] }))
    expect(names()).toEqual(['file 2', 'file 1'])
    expect(search.revision.soft).toBe(true)
    expect(search.expanded.has(1)).toBe(true)
  })

  it('asks at most once per pause while many files get indexed', async () => {
    const connection = useConnectionStore()
    connection.apply({ type: 'snapshot', sequence: 0, ...emptyPicture, library: aLibrary() })
    await vi.advanceTimersByTimeAsync(10)
    await type('country')
    await request(0).answer(anAnswer({ hits: [hitOf(1, 'old name')] }))
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      connection.apply({ type: 'event', sequence, event: { type: 'item-changed', item: anItem({ id: sequence, name: `new ${sequence}` }) } })
    }
    expect(names()).toEqual(['new 1'])
    await vi.advanceTimersByTimeAsync(1600)
    expect(requests).toHaveLength(2)
  })

  it('loads more files once, without doubles', async () => {
    await type('many')
    await request(0).answer(anAnswer({ hits: [hitOf(1), hitOf(2)], total_files: 4 }))
    void search.loadMore()
    void search.loadMore()
    expect(requests).toHaveLength(2)
    expect(request(1).url.searchParams.get('offset')).toBe('2')
    await request(1).answer(anAnswer({ hits: [hitOf(2), hitOf(3)], total_files: 4, offset: 2 }))
    expect(search.hits.map((hit) => hit.item.id)).toEqual([1, 2, 3])
  })

  it('opens the rest of a file in place', async () => {
    const moments = [1, 2, 3, 4].map((id) => aMoment({ segment_id: id }))
    await type('many')
    await request(0).answer(anAnswer({ hits: [aHit({ moments: moments.slice(0, 3), moment_count: 4 })] }))
    expect(search.stops.map((stop) => stop.type)).toEqual(['moment', 'moment', 'moment', 'more'])
    void search.expand(1)
    expect(request(1).url.searchParams.get('item')).toBe('1')
    await request(1).answer(anAnswer({ hits: [aHit({ moments, moment_count: 4 })] }))
    expect(search.stops.map((stop) => stop.type)).toEqual(['moment', 'moment', 'moment', 'moment'])
  })
})
