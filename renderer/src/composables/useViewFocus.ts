import { watch, type Ref } from 'vue'
import { useViewStore } from '@/stores/view'

/**
 * Takes the keyboard out of a view before it is hidden and to `main`, where the next one is: Chromium lets a hidden element have the focus,
 * and so the keys, until its next frame, and then it drops the focus to the top of the window. A focus outside of `main` stays.
 */
export function useViewFocus(main: Readonly<Ref<HTMLElement | null>>): void {
  const view = useViewStore()
  watch(
    () => view.current,
    () => {
      if (main.value?.contains(document.activeElement)) main.value.focus({ preventScroll: true })
    },
    { flush: 'sync' },
  )
}
