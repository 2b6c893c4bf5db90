import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef, watch } from 'vue'
import type { Item, ItemKind, ItemSort, ItemState, Problem, Root, SortOrder } from '@/contract'
import { i18n } from '@/i18n'
import { PagedRows } from '@/lib/paged-rows'
import { isolated } from '@/lib/readable'
import { command } from '@/services/bridge'
import { problemOf } from '@/services/problem'
import { attempt } from './attempt'
import { useConnectionStore } from './connection'
import { useNoticeStore } from './notices'
import { useSessionStore } from './session'

/** Seconds in which a removed folder can be brought back; REMOVAL_GRACE of backend/contract/api.py. */
export const REMOVAL_GRACE = 30
const REFRESH_PAUSE = 1000
const FILTER_PAUSE = 150

/** The folders and the files in them, and what can be done with them. */
export const useLibraryStore = defineStore('library', () => {
  const session = useSessionStore()
  const connection = useConnectionStore()
  const notices = useNoticeStore()
  const { t } = i18n.global

  const rootId = ref<number | null>(null)
  const state = ref<ItemState | null>(null)
  const kind = ref<ItemKind | null>(null)
  const name = ref('')
  const sort = ref<ItemSort>('name')
  const order = ref<SortOrder>('asc')
  const listProblem = shallowRef<Problem | null>(null)
  /** Folders that are being removed: gone from the screen before the next summary says so. */
  const removing = ref<ReadonlySet<number>>(new Set<number>())

  const roots = computed(() => (connection.library?.roots ?? []).filter((root) => !removing.value.has(root.id)))
  const queue = computed(() => connection.library?.queue ?? null)
  const known = computed(() => connection.library !== null)
  /** Paths of folders of which it is not known yet whether they could be added. */
  const adding = shallowRef<readonly string[]>([])
  const empty = computed(() => known.value && roots.value.length === 0 && adding.value.length === 0)
  const totalFiles = computed(() => roots.value.reduce((sum, root) => sum + root.counts.total, 0))

  const items = markRaw(new PagedRows<Item>(
    async (offset, limit, signal) => {
      const filters = { root: rootId.value ?? undefined, state: state.value ?? undefined, kind: kind.value ?? undefined, name: name.value.trim() || undefined }
      const page = await session.api.items({ ...filters, sort: sort.value, order: order.value, offset, limit }, signal)
      listProblem.value = null
      return { rows: page.items, offset: page.offset, total: page.total }
    },
    (error) => {
      listProblem.value = problemOf(error, { message: t('library.listFailed'), next_step: t('common.tryAgainSoon') })
    },
  ))

  let visible: [number, number] = [0, 1]
  /** Nobody looks at the list outside the Library view: nothing is fetched for it then. */
  let shown = false
  let refreshTimer: ReturnType<typeof setTimeout> | undefined
  let filterTimer: ReturnType<typeof setTimeout> | undefined

  function ensure(from: number, to: number): void {
    shown = true
    visible = [from, to]
    if (known.value) void items.ensure(from, to)
  }

  function leave(): void {
    shown = false
  }

  function reload(clear: boolean): void {
    void items.refresh(clear ? 0 : visible[0], clear ? 1 : visible[1], clear)
  }

  function refreshSoon(): void {
    if (!shown) return
    refreshTimer ??= setTimeout(() => {
      refreshTimer = undefined
      reload(false)
    }, REFRESH_PAUSE)
  }

  watch([rootId, state, kind, sort, order], () => reload(true))
  watch(name, () => {
    clearTimeout(filterTimer)
    filterTimer = setTimeout(() => reload(true), FILTER_PAUSE)
  })
  watch(totalFiles, refreshSoon)
  watch(known, refreshSoon)
  watch(roots, (now) => {
    if (rootId.value !== null && !now.some((root) => root.id === rootId.value)) rootId.value = null
  })
  connection.onEvent((event) => {
    if (event.type === 'item-changed') {
      items.replaceWhere((item) => item.id === event.item.id, event.item)
      if (state.value !== null || sort.value === 'state') refreshSoon()
    } else if (event.type === 'item-removed' || (event.type === 'sidecar-changed' && event.sidecar.state === 'ready')) {
      refreshSoon()
    }
  })
  connection.onSnapshot(refreshSoon)

  function sortBy(column: ItemSort): void {
    if (sort.value === column) order.value = order.value === 'asc' ? 'desc' : 'asc'
    else [sort.value, order.value] = [column, column === 'modified' || column === 'size' ? 'desc' : 'asc']
  }

  async function chooseFolder(): Promise<Root | null> {
    const path = await attempt(() => command('library:choose-folder'))
    return path === null ? null : addFolder(path)
  }

  /** Waits for a search engine that is still starting. */
  async function addFolder(path: string): Promise<Root | null> {
    adding.value = [...adding.value, path]
    const root = await attempt(() => command('library:add-folder', { path }))
    const at = adding.value.indexOf(path)
    adding.value = adding.value.filter((_, index) => index !== at)
    if (root) notices.say(t('library.added', { path: isolated(root.path) }))
    return root
  }

  function addPending(): void {
    for (const path of session.session?.pendingFolders ?? []) void addFolder(path)
  }

  async function removeFolder(root: Root): Promise<void> {
    removing.value = new Set([...removing.value, root.id])
    const removed = await attempt(() => command('library:remove-folder', { rootId: root.id }))
    if (!removed) {
      forgetRemoval(root.id)
      return
    }
    reload(false)
    const notice = notices.say(t('library.removed', { path: isolated(root.path) }), {
      lifetime: REMOVAL_GRACE * 1000,
      action: {
        label: t('common.undo'),
        run: () => {
          notices.dismiss(notice)
          void restoreFolder(root.id)
        },
      },
    })
  }

  async function restoreFolder(id: number): Promise<void> {
    await attempt(() => command('library:restore-folder', { rootId: id }))
    forgetRemoval(id)
    refreshSoon()
  }

  function forgetRemoval(id: number): void {
    removing.value = new Set([...removing.value].filter((other) => other !== id))
  }

  async function rescan(root: Root): Promise<void> {
    if (await attempt(() => command('library:rescan-folder', { rootId: root.id }))) notices.say(t('library.rescanning', { path: isolated(root.path) }))
  }

  async function reindex(root: Root): Promise<void> {
    if (await attempt(() => command('library:reindex-folder', { rootId: root.id }))) notices.say(t('library.reindexing', { path: isolated(root.path) }))
  }

  async function retry(item: Item): Promise<void> {
    const next = await attempt(() => command('library:retry-item', { itemId: item.id }))
    if (next) items.replaceWhere((row) => row.id === next.id, next)
  }

  async function setPaused(paused: boolean): Promise<void> {
    await attempt(() => command('library:set-paused', { paused }))
  }

  async function open(item: Item): Promise<void> {
    await attempt(() => command('item:open', { itemId: item.id }))
  }

  async function reveal(item: Item): Promise<void> {
    await attempt(() => command('item:reveal', { itemId: item.id }))
  }

  return {
    rootId, state, kind, name, sort, order, listProblem, roots, queue, known, adding, empty, totalFiles, items,
    ensure, leave, reload, sortBy, chooseFolder, addFolder, addPending, removeFolder, rescan, reindex, retry, setPaused, open, reveal,
  }
})
