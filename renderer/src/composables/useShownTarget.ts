import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { useSelectionStore, type PreviewTarget } from '@/stores/selection'

const REST = 110

/** The selection once it has rested, or was activated: holding the arrow key must not load every file on the way. */
export function useShownTarget(): { shown: Readonly<ShallowRef<PreviewTarget | null>>; flush: () => void } {
  const selection = useSelectionStore()
  const shown = shallowRef(selection.target)
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    clearTimeout(timer)
    shown.value = selection.target
  }

  watch(
    () => selection.target,
    (next) => {
      clearTimeout(timer)
      const sameFile = next?.item.id === shown.value?.item.id
      if (next === null || sameFile || shown.value === null) flush()
      else timer = setTimeout(flush, REST)
    },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { shown, flush }
}
