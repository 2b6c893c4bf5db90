import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@/contract'

export interface Notice {
  id: number
  text: string
  problem: Problem | null
  action: { label: string; run: () => void } | null
}

interface NoticeOptions {
  /** Milliseconds; a notice without stays until it is closed. */
  lifetime?: number
  action?: Notice['action']
}

/** Short messages at the foot of the window: what was done, with its undo, or what could not be done and why. */
export const useNoticeStore = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let nextId = 1

  function add(text: string, problem: Problem | null, options: NoticeOptions): number {
    const id = nextId
    nextId += 1
    notices.value = [...notices.value.slice(-3), { id, text, problem, action: options.action ?? null }]
    if (options.lifetime !== undefined) timers.set(id, setTimeout(() => dismiss(id), options.lifetime))
    return id
  }

  function say(text: string, options: NoticeOptions = {}): number {
    return add(text, null, { lifetime: 6000, ...options })
  }

  /** The same problem twice in a row is shown once. */
  function fail(problem: Problem, action: Notice['action'] = null): number {
    const known = notices.value.find((notice) => notice.problem?.code === problem.code && notice.problem.message === problem.message)
    return known ? known.id : add(problem.message, problem, { action })
  }

  function dismiss(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  return { notices, say, fail, dismiss }
})
