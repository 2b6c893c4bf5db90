import { nextTick, watch } from 'vue'

/** Brings the part of the view under the heading with this id into sight, and the keyboard to it; the part needs a tabindex. */
export function useLeadTo(heading: () => string | null): void {
  watch(
    heading,
    async (id) => {
      if (id === null) return
      await nextTick()
      const part = document.getElementById(id)?.closest<HTMLElement>('[tabindex]')
      part?.scrollIntoView({ block: 'start' })
      part?.focus({ preventScroll: true })
    },
    { immediate: true, flush: 'post' },
  )
}
