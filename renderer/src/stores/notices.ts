import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@/contract'

export interface Notice {
  id: number
  text: string
  /** Further sentences, each on its own line. */
  lines: readonly string[]
  problem: Problem | null
  action: { label: string; run: () => void } | null
  /** No newer notice takes its place. */
  kept: boolean
  /** It stays until it is closed. */
  lasting: boolean
}

interface NoticeOptions {
  /** Milliseconds; a notice without stays until it is closed. */
  lifetime?: number
  action?: Notice['action']
}

/** Notices on the screen at a time, besides those that are kept. */
const MOST = 4

/** Short messages at the foot of the window: what was done, with its undo, or what could not be done and why. */
export const useNoticeStore = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let nextId = 1

  function add(notice: Omit<Notice, 'id' | 'lasting'>, lifetime?: number): number {
    const id = nextId
    nextId += 1
    const passing = notices.value.filter(({ kept }) => !kept)
    const [oldest] = passing.length < MOST ? [] : passing
    notices.value = [...notices.value.filter((other) => other !== oldest), { id, lasting: lifetime === undefined, ...notice }]
    if (lifetime !== undefined) timers.set(id, setTimeout(() => dismiss(id), lifetime))
    return id
  }

  function say(text: string, options: NoticeOptions = {}): number {
    const { lifetime, action } = { lifetime: 6000, ...options }
    return add({ text, lines: [], problem: null, action: action ?? null, kept: false }, lifetime)
  }

  /** For what nobody may miss: it stays until it is closed. */
  function keep(text: string, lines: readonly string[], action: Notice['action'] = null): number {
    return add({ text, lines, problem: null, action, kept: true })
  }

  /** The same problem twice in a row is shown once. */
  function fail(problem: Problem, action: Notice['action'] = null, kept = false): number {
    const known = notices.value.find((notice) => notice.problem?.code === problem.code && notice.problem.message === problem.message)
    return known ? known.id : add({ text: problem.message, lines: [], problem, action, kept })
  }

  function dismiss(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  return { notices, say, keep, fail, dismiss }
})
