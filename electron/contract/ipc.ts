/**
 * The IPC map: channel -> argument schema and result. Commands only; facts come over the relay, queries over HTTP.
 * main validates every argument with the schema here; preload exposes one typed function a channel.
 */
import * as v from 'valibot'
import type { Item, Problem, QueueSummary, Root } from './generated/api'
import type { LibraryCareEnded, ModelId, SidecarName } from './generated/events'

const id = v.pipe(v.number(), v.integer(), v.minValue(1))
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))

const model = v.picklist(['minilm', 'whisper-base', 'yamnet'] satisfies ModelId[])

export const settingsSchema = v.object({
  /** The steps of the first start were seen or skipped. */
  welcomed: v.boolean(),
  appearance: v.picklist(['system', 'light', 'dark']),
  language: v.picklist(['system', 'en', 'de']),
  offline: v.boolean(),
  /** Looks for a newer version of the app once a day; means nothing in a build without a release address. */
  updates: v.boolean(),
})
export type Settings = v.InferOutput<typeof settingsSchema>

/** What the window names and main opens in its own program: main knows where it is. */
export const aboutPlaces = ['data-folder', 'licences', 'chromium-licences'] as const
export type AboutPlace = (typeof aboutPlaces)[number]

export const ipcArguments = {
  'session:get': v.undefined(),
  'about:read-licences': v.undefined(),
  'about:open': v.object({ place: v.picklist(aboutPlaces) }),
  'library:choose-folder': v.undefined(),
  'library:add-folder': v.object({ path }),
  'library:remove-folder': v.object({ rootId: id }),
  'library:restore-folder': v.object({ rootId: id }),
  'library:rescan-folder': v.object({ rootId: id }),
  'library:reindex-folder': v.object({ rootId: id }),
  'library:retry-item': v.object({ itemId: id }),
  'library:set-paused': v.object({ paused: v.boolean() }),
  'library:choose-backup': v.undefined(),
  'library:cancel-backup': v.undefined(),
  'library:choose-restore': v.undefined(),
  'item:open': v.object({ itemId: id }),
  'item:reveal': v.object({ itemId: id }),
  'models:look': v.undefined(),
  'models:download': v.object({ model }),
  'models:cancel': v.object({ model }),
  'models:verify': v.object({ model }),
  'models:remove': v.object({ model }),
  'models:choose-import': v.object({ kind: v.picklist(['file', 'folder']) }),
  'models:import': v.object({ path }),
  'models:choose-export': v.object({ models: v.pipe(v.array(model), v.minLength(1)) }),
  'models:cancel-export': v.undefined(),
  'data:erase-everything': v.undefined(),
  'sidecar:restart': v.object({ name: v.picklist(['search-server', 'audio-processor'] satisfies SidecarName[]) }),
  'updates:look': v.undefined(),
  'updates:download': v.undefined(),
  'updates:cancel': v.undefined(),
  'updates:restart': v.undefined(),
  'diagnostics:copy': v.undefined(),
  'logs:open': v.undefined(),
  'settings:get': v.undefined(),
  'settings:update': v.partial(settingsSchema),
} as const

export type IpcChannel = keyof typeof ipcArguments
export type IpcArgument<C extends IpcChannel> = v.InferOutput<(typeof ipcArguments)[C]>

export interface Session {
  /**
   * Origin of the relay, `http://127.0.0.1:<port>`; `/events`, `/api`, `/media`, `/thumbnail` below it.
   * main adds the credentials to the window's requests: the window never sees a token.
   */
  relayOrigin: string
  version: string
  /** Of what the window runs on. */
  versions: { electron: string; chromium: string; node: string }
  platform: string
  locale: string
  /** `--offline`: on for this launch whatever the setting says. */
  offlineFlag: boolean
  dataDirectory: string
  modelsDirectory: string
  /** Chosen in an earlier launch, or before the page was loaded again, and not taken yet. */
  pendingFolders: string[]
  /** This person's own folders that exist, to be offered at the first start. */
  suggestedFolders: SuggestedFolder[]
}

export interface SuggestedFolder {
  kind: 'documents' | 'music' | 'videos' | 'pictures'
  path: string
}

export const componentKinds = ['window', 'shell', 'interpreter', 'python', 'library', 'model'] as const

/** Something of others that is shipped. `terms`: where in the text they stand, as first line, counted from 0, and number of lines. */
export interface LicensedComponent {
  kind: (typeof componentKinds)[number]
  name: string
  version: string
  /** An SPDX expression. */
  licence: string
  /** The package that has it inside. */
  within?: string | undefined
  source?: string | undefined
  terms: [first: number, count: number][]
}

export interface ThirdPartyLicences {
  /** null: packaging writes them, and this is a checkout in which nothing was packaged. */
  notices: { text: string; components: LicensedComponent[] } | null
  /** Electron's own file about what Chromium is made of is here. */
  chromium: boolean
}

/** What became of each model that was offered; one that was here already counts as installed. */
export interface ImportSummary {
  installed: ModelId[]
  failed: ModelId[]
  cancelled: ModelId[]
}

export interface IpcResults {
  'session:get': Session
  'about:read-licences': ThirdPartyLicences
  'about:open': null
  /** Its path, which is not added yet; null: the person closed the dialog. */
  'library:choose-folder': string | null
  'library:add-folder': Root
  'library:remove-folder': Root
  'library:restore-folder': Root
  'library:rescan-folder': Root
  'library:reindex-folder': Root
  'library:retry-item': Item
  'library:set-paused': QueueSummary
  /** When the backup is written whole, with its file; null: the person closed the dialog or cancelled. */
  'library:choose-backup': LibraryCareEnded | null
  'library:cancel-backup': null
  /** When the library runs from the backup, with where the former one is kept; null: the person closed a dialog. */
  'library:choose-restore': LibraryCareEnded | null
  'item:open': null
  'item:reveal': null
  /** Reads anew which models are there. */
  'models:look': null
  /** These four begin and return; how it goes is a fact, so it comes over the relay. Asked again while it runs, nothing more begins. */
  'models:download': null
  'models:cancel': null
  'models:verify': null
  'models:remove': null
  /** At the end of the import; null: the person closed the dialog. */
  'models:choose-import': ImportSummary | null
  'models:import': ImportSummary
  /** The file, when it is written whole; null: the person closed the dialog or cancelled. */
  'models:choose-export': string | null
  'models:cancel-export': null
  /** After a no; after a yes the app ends. */
  'data:erase-everything': null
  'sidecar:restart': null
  /** These four begin and return; how it goes is a fact, so it comes over the relay. */
  'updates:look': null
  'updates:download': null
  'updates:cancel': null
  /** Quits, and comes back as the new version. */
  'updates:restart': null
  /** Versions, states, last errors and log lines, without secrets, on the clipboard. */
  'diagnostics:copy': null
  'logs:open': null
  'settings:get': Settings
  'settings:update': Settings
}

/** Errors cross as data: an exception over IPC would lose its fields. */
export type IpcReply<C extends IpcChannel> = { ok: true; value: IpcResults[C] } | { ok: false; problem: Problem }

/** What preload puts on `window.contentcache`. */
export interface Bridge {
  invoke<C extends IpcChannel>(channel: C, ...argument: IpcArgument<C> extends undefined ? [] : [IpcArgument<C>]): Promise<IpcReply<C>>
  /** The path of a file or folder that the person dropped on the window. */
  pathOfDroppedFile(file: File): string
  /** Menu and shortcut commands from main. */
  onMenu(listener: (command: MenuCommand) => void): () => void
}

export type MenuCommand = 'focus-search' | 'show-library' | 'add-folder' | 'show-models' | 'show-status' | 'back-up-library' | 'restore-library' | 'show-settings' | 'check-for-updates' | 'show-about' | 'show-keys' | 'toggle-processing'

declare global {
  interface Window {
    contentcache: Bridge
  }
}
