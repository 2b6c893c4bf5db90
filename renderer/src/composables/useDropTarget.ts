import { useEventListener } from '@vueuse/core'
import { ref, type Ref } from 'vue'
import { bridge } from '@/services/bridge'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** The paths of what is dropped anywhere on the window; `dragging` while something that can be dropped is over it. */
export function useDropTarget(onDrop: (paths: string[]) => Promise<void>): { dragging: Readonly<Ref<boolean>> } {
  const dragging = ref(false)
  let depth = 0

  useEventListener(window, 'dragenter', (event: DragEvent) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    depth += 1
    dragging.value = true
  })
  useEventListener(window, 'dragover', (event: DragEvent) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
  })
  useEventListener(window, 'dragleave', () => {
    depth = Math.max(0, depth - 1)
    dragging.value = depth > 0
  })
  useEventListener(window, 'drop', (event: DragEvent) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    depth = 0
    dragging.value = false
    void onDrop([...(event.dataTransfer?.files ?? [])].map((file) => bridge().pathOfDroppedFile(file)).filter((path) => path !== ''))
  })

  return { dragging }
}
