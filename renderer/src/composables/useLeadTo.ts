import { nextTick, watch } from 'vue'

/** Brings the part of the view under this heading into sight, and the keyboard to it; the part needs a tabindex. */
export function useLeadTo(target: () => { heading: string } | null): void {
  watch(
    target,
    async (wanted) => {
      if (wanted === null) return
      await nextTick()
      const part = document.getElementById(wanted.heading)?.closest<HTMLElement>('[tabindex]')
      part?.scrollIntoView({ block: 'start' })
      part?.focus({ preventScroll: true })
    },
    { immediate: true, flush: 'post' },
  )
}
