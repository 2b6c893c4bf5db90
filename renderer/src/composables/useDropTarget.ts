import { useEventListener } from '@vueuse/core'
import { ref, type Ref } from 'vue'
import { bridge } from '@/services/bridge'
import { useLibraryStore } from '@/stores/library'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Folders dropped anywhere on the window are added; `dragging` while something that can be dropped is over it. */
export function useDropTarget(onAdded: () => void): { dragging: Readonly<Ref<boolean>> } {
  const library = useLibraryStore()
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
    void addAll([...(event.dataTransfer?.files ?? [])])
  })

  async function addAll(files: File[]): Promise<void> {
    const paths = files.map((file) => bridge().pathOfDroppedFile(file)).filter((path) => path !== '')
    let added = false
    for (const path of paths) if (await library.addFolder(path)) added = true
    if (added) onAdded()
  }

  return { dragging }
}
