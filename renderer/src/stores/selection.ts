import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Item, Moment } from '@/contract'
import type { Stop } from '@/lib/search-stops'

/** What the right pane shows: a file, at one of its moments or at its start. */
export interface PreviewTarget {
  item: Item
  rootPath: string
  moment: Moment | null
  moments: Moment[]
}

/** Where the person is in the results, and what the right pane shows. */
export const useSelectionStore = defineStore('selection', () => {
  const key = ref<string | null>(null)
  const target = shallowRef<PreviewTarget | null>(null)
  /** In a narrow window the pane covers the list once it was opened. */
  const opened = ref(false)
  /** Rises when the shown file should start to play or take the focus. */
  const activation = ref(0)
  /** Rises when the pane should go to the target's moment; an update of what is shown leaves the playback alone. */
  const cue = ref(0)

  const targetOf = (stop: Stop): PreviewTarget => ({
    item: stop.hit.item,
    rootPath: stop.hit.root_path,
    moment: stop.moment,
    moments: stop.hit.moments,
  })

  function select(stop: Stop | null): void {
    key.value = stop?.key ?? null
    if (!stop) {
      target.value = null
      opened.value = false
    } else if (stop.type !== 'more') {
      show(targetOf(stop))
    }
  }

  function show(next: PreviewTarget): void {
    target.value = next
    cue.value += 1
  }

  /** The same place with newer data, after results changed under the reader. */
  function update(stop: Stop): void {
    if (stop.type !== 'more' && target.value?.item.id === stop.hit.item.id) target.value = { ...targetOf(stop), moment: target.value.moment }
  }

  function replaceItem(item: Item): void {
    if (target.value?.item.id === item.id) target.value = { ...target.value, item }
  }

  function activate(): void {
    opened.value = true
    activation.value += 1
  }

  function close(): void {
    opened.value = false
  }

  /** Empties the pane; the place in the results is kept for the way back. */
  function clear(): void {
    target.value = null
    opened.value = false
  }

  return { key, target, opened, activation, cue, select, show, update, replaceItem, activate, close, clear }
})
