import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** True once `source` has been true for `delay` ms: what is done sooner needs no word about it. */
export function useDelayed(source: () => boolean, delay: number): Readonly<Ref<boolean>> {
  const delayed = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    source,
    (on) => {
      clearTimeout(timer)
      if (!on) delayed.value = false
      else timer = setTimeout(() => (delayed.value = true), delay)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return delayed
}
