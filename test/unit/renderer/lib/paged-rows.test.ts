import { describe, expect, it, vi } from 'vitest'
import { PagedRows, type Page } from '@/lib/paged-rows'

interface Request {
  offset: number
  signal: AbortSignal
  answer: (page: Page<string>) => void
  fail: (error: Error) => void
}

function setup(): { list: PagedRows<string>; requests: Request[]; onError: ReturnType<typeof vi.fn> } {
  const requests: Request[] = []
  const onError = vi.fn()
  const list = new PagedRows<string>(
    (offset, _limit, signal) => new Promise((resolve, reject) => requests.push({ offset, signal, answer: resolve, fail: reject })),
    onError,
    10,
  )
  return { list, requests, onError }
}
const page = (offset: number, total: number, tag = ''): Page<string> => ({
  offset, total, rows: Array.from({ length: Math.min(10, total - offset) }, (_, at) => `${tag}${offset + at}`),
})

describe('PagedRows', () => {
  it('loads only the pages that are looked at, each once', async () => {
    const { list, requests } = setup()
    void list.ensure(0, 5)
    void list.ensure(0, 8)
    expect(requests.map((request) => request.offset)).toEqual([0])
    requests[0]?.answer(page(0, 10_000))
    await vi.waitFor(() => expect(list.total.value).toBe(10_000))
    void list.ensure(9_985, 10_000)
    expect(requests.map((request) => request.offset)).toEqual([0, 9980, 9990])
  })

  it('keeps the rows visible while they are fetched again', async () => {
    const { list, requests } = setup()
    void list.ensure(0, 5)
    requests[0]?.answer(page(0, 20))
    await vi.waitFor(() => expect(list.row(0)).toBe('0'))
    void list.refresh(0, 5)
    expect(list.row(0)).toBe('0')
    requests[1]?.answer(page(0, 3, 'new '))
    await vi.waitFor(() => expect(list.row(0)).toBe('new 0'))
    expect([list.total.value, list.row(5)]).toEqual([3, undefined])
  })

  it('drops an answer that a refresh has overtaken', async () => {
    const { list, requests } = setup()
    void list.ensure(0, 5)
    void list.refresh(0, 5, true)
    expect(requests[0]?.signal.aborted).toBe(true)
    requests[1]?.answer(page(0, 5, 'new '))
    await vi.waitFor(() => expect(list.row(0)).toBe('new 0'))
    requests[0]?.answer(page(0, 5, 'old '))
    await Promise.resolve()
    expect(list.row(0)).toBe('new 0')
  })

  it('reports a failure and loads the page when it is asked for again', async () => {
    const { list, requests, onError } = setup()
    void list.ensure(0, 5)
    requests[0]?.fail(new Error('no'))
    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce())
    void list.ensure(0, 5)
    expect(requests).toHaveLength(2)
  })
})
