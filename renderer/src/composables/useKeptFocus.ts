import { nextTick, onBeforeUpdate, onUpdated, type Ref } from 'vue'

/**
 * When the control under the focus goes with its state (Download becomes Cancel), the first button in its place takes the focus, else
 * `root` itself, which needs a tabindex: nobody at the keyboard is thrown back to the top of the window.
 */
export function useKeptFocus(root: Readonly<Ref<HTMLElement | null>>): void {
  let held = false
  onBeforeUpdate(() => {
    held = root.value?.contains(document.activeElement) ?? false
  })
  onUpdated(async () => {
    if (!held) return
    await nextTick()
    const element = root.value
    if (!element || element.contains(document.activeElement)) return
    const next = element.querySelector<HTMLElement>('button:not(:disabled)') ?? element
    next.focus({ preventScroll: true })
  })
}
