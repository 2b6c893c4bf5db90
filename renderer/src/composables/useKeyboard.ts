import { useEventListener } from '@vueuse/core'
import { stepStop } from '@/lib/search-stops'
import { useLibraryStore } from '@/stores/library'
import { useSearchStore } from '@/stores/search'
import { useSelectionStore } from '@/stores/selection'
import { useViewStore } from '@/stores/view'
import { useHitSteps } from './useHitSteps'
import { usePlayer } from './usePlayer'

const SKIP = 5

const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=range], [type=checkbox], [type=radio]), textarea'))
const isControl = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.matches('select, input, button, a, summary')
const isSearchField = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.id === 'search-field'
const ownsArrows = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches('select, input:not(#search-field)') || target.closest('[data-own-arrows]') !== null)

/** The keys of UI.md for the whole window. A key that a control under the focus needs for itself stays with the control. */
export function useKeyboard(): void {
  const view = useViewStore()
  const search = useSearchStore()
  const selection = useSelectionStore()
  const library = useLibraryStore()
  const player = usePlayer()
  const hits = useHitSteps()

  function step(direction: 1 | -1): void {
    const stop = stepStop(search.stops, selection.key, direction)
    if (stop) selection.select(stop)
  }

  /** Enter: opens "more", or plays and shows what is selected. */
  function enter(): void {
    const key = selection.key
    if (key?.startsWith('more:')) void expandMore(key)
    else if (selection.target) selection.activate()
  }

  async function expandMore(key: string): Promise<void> {
    const at = search.stops.findIndex((stop) => stop.key === key)
    const stop = search.stops[at]
    if (!stop) return
    await search.expand(stop.hit.item.id)
    selection.select(search.stops[at] ?? null)
  }

  function escape(event: KeyboardEvent): void {
    if (view.keysOpen) view.keysOpen = false
    else if (view.current === 'search' && selection.opened) {
      player.pause()
      selection.close()
      view.requestSearchFocus()
    } else if (view.current === 'library' && selection.target) selection.clear()
    else if (isSearchField(event.target) && search.query !== '') search.query = ''
    else view.requestSearchFocus()
  }

  function withCommandKey(event: KeyboardEvent): boolean {
    const item = selection.target?.item
    if (event.key.toLowerCase() === 'k' && !event.shiftKey) view.requestSearchFocus()
    else if (event.key === 'Enter' && item && event.shiftKey) void library.reveal(item)
    else if (event.key === 'Enter' && item) void library.open(item)
    else if (event.key === '/') view.keysOpen = !view.keysOpen
    else return false
    return true
  }

  function inSearch(event: KeyboardEvent): boolean {
    if (view.current !== 'search') return false
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !ownsArrows(event.target)) step(event.key === 'ArrowDown' ? 1 : -1)
    else if (event.key === 'Enter' && (isSearchField(event.target) || !isControl(event.target))) enter()
    else return false
    return true
  }

  function inPlayer(event: KeyboardEvent): boolean {
    if (isTextField(event.target)) return false
    const control = isControl(event.target) && !(event.target as HTMLElement).hasAttribute('data-player-keys')
    if (event.key === '[') hits.step(-1)
    else if (event.key === ']') hits.step(1)
    else if (!player.active.value) return false
    else if (event.key === ' ' && !control) player.toggle()
    else if (event.key === 'ArrowLeft' && !ownsArrows(event.target)) player.skip(-SKIP)
    else if (event.key === 'ArrowRight' && !ownsArrows(event.target)) player.skip(SKIP)
    else return false
    return true
  }

  function anywhere(event: KeyboardEvent): boolean {
    if (event.key === 'Escape') escape(event)
    else if (event.key === '/' && !isTextField(event.target)) view.requestSearchFocus()
    else if (event.key === '?' && !isTextField(event.target)) view.keysOpen = true
    else return false
    return true
  }

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    if (view.keysOpen && event.key !== 'Escape') return
    const commandKey = (event.ctrlKey || event.metaKey) && !event.altKey
    const handled = commandKey ? withCommandKey(event) : anywhere(event) || inSearch(event) || inPlayer(event)
    if (handled) event.preventDefault()
  })
}
