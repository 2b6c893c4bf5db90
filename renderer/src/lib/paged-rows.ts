import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isAbort } from '@/services/problem'

export interface Page<T> {
  rows: T[]
  offset: number
  total: number
}

export type FetchPage<T> = (offset: number, limit: number, signal: AbortSignal) => Promise<Page<T>>

/**
 * A long list of which only the pages that were looked at are in memory. Rows stay visible while they are fetched again, so an
 * update never blanks the list.
 */
export class PagedRows<T> {
  readonly total: Ref<number> = ref(0)
  readonly loaded: Ref<boolean> = ref(false)
  readonly rows: ShallowRef<ReadonlyMap<number, T>> = shallowRef(new Map<number, T>())
  private pending = new Map<number, AbortController>()
  private stale = new Set<number>()

  constructor(
    private readonly fetchPage: FetchPage<T>,
    private readonly onError: (error: unknown) => void,
    private readonly pageSize = 100,
  ) {}

  row(index: number): T | undefined {
    return this.rows.value.get(index)
  }

  /** Loads the pages of [from, to) that are missing or out of date. */
  async ensure(from: number, to: number): Promise<void> {
    const first = Math.max(0, Math.floor(from / this.pageSize))
    const last = Math.max(first, Math.floor(Math.max(from, to - 1) / this.pageSize))
    const loads: Promise<void>[] = []
    for (let page = first; page <= last; page += 1) {
      if (this.isMissing(page) && !this.pending.has(page)) loads.push(this.load(page))
    }
    await Promise.all(loads)
  }

  /** Marks every page as out of date and loads those of [from, to) again; `clear` forgets the rows at once. */
  async refresh(from: number, to: number, clear = false): Promise<void> {
    for (const controller of this.pending.values()) controller.abort()
    this.pending.clear()
    if (clear) this.rows.value = new Map()
    this.stale = new Set(Array.from({ length: Math.ceil(this.total.value / this.pageSize) + 1 }, (_, page) => page))
    await this.ensure(from, to)
  }

  replaceWhere(matches: (row: T) => boolean, next: T): void {
    for (const [index, row] of this.rows.value) {
      if (!matches(row)) continue
      this.rows.value = new Map(this.rows.value).set(index, next)
      return
    }
  }

  stop(): void {
    for (const controller of this.pending.values()) controller.abort()
    this.pending.clear()
  }

  private isMissing(page: number): boolean {
    if (!this.loaded.value || this.stale.has(page)) return true
    const start = page * this.pageSize
    return start < this.total.value && !this.rows.value.has(start)
  }

  private async load(page: number): Promise<void> {
    const controller = new AbortController()
    this.pending.set(page, controller)
    try {
      const answer = await this.fetchPage(page * this.pageSize, this.pageSize, controller.signal)
      if (this.pending.get(page) !== controller) return
      this.stale.delete(page)
      this.take(answer)
    } catch (error) {
      if (!isAbort(error) && this.pending.get(page) === controller) this.onError(error)
    } finally {
      if (this.pending.get(page) === controller) this.pending.delete(page)
    }
  }

  /** A page that was fetched some other way, such as around a hit. */
  take(page: Page<T>): void {
    const rows = new Map(this.rows.value)
    page.rows.forEach((row, at) => rows.set(page.offset + at, row))
    for (const index of [...rows.keys()]) if (index >= page.total) rows.delete(index)
    this.rows.value = rows
    this.total.value = page.total
    this.loaded.value = true
  }
}
