/**
 * Every name that the app and its processes write into the data folder, and no other: a person may have named a folder of their own with --data-dir, and
 * what is not listed here is theirs. Whoever writes a new name there adds it; `test/e2e/erase.spec.ts` fails on one that a real run leaves and that is missing.
 */

export interface OwnName {
  /** What of this name is ours: a file; a folder with everything in it; a folder of which only `below` is ours; what the single-instance lock holds. */
  kind: 'file' | 'tree' | 'folder' | 'lock'
  name: RegExp
  below?: readonly OwnName[]
}

const file = (name: RegExp): OwnName => ({ kind: 'file', name })
const tree = (name: RegExp): OwnName => ({ kind: 'tree', name })
const folder = (name: RegExp, below: readonly OwnName[]): OwnName => ({ kind: 'folder', name, below })
const lock = (name: RegExp): OwnName => ({ kind: 'lock', name })

const runNames = [
  // A record is a file, but whatever stood there the app itself would replace: electron/sidecars/orphan-record.ts.
  file(/^(search-server|audio-processor)\.json(\.\d+\.tmp)?$/),
  file(/^crash-.+_\d+_[\d.]+\.txt$/),
  file(/^library-(care|replacement)\.lock$/),
]

const logNames = [file(/^(main|search-server|audio-processor|models|library-care|updates)(\.old)?\.log$/)]

const thumbnailNames = [file(/^\d+\.jpg$/), file(/^tmp\w{8}\.part$/)]

/** Chromium's profile, by the names that it uses in Electron 22 to 45. What lies below them is Chromium's alone. */
const profileNames = [
  lock(/^Singleton(Cookie|Lock|Socket)$|^lockfile$/),
  file(/^launch\.lock$/),
  file(/^(Local State|Preferences|Secure Preferences|Network Persistent State|TransportSecurity|Trust Tokens|Cookies|DIPS|QuotaManager|SharedStorage|Reporting and NEL|README|Variations|First Run|Last Version|DevToolsActivePort|declarative_rules)(-journal|-wal|-shm)?$/),
  file(/^\.(org\.chromium\.Chromium|com\.google\.Chrome)\.\w+$/),
  tree(/^(Cache|Code Cache|GPUCache|DawnCache|DawnGraphiteCache|DawnWebGPUCache|GrShaderCache|GraphiteDawnCache|ShaderCache|Shared Dictionary|SharedStorage)$/),
  tree(/^(Local Storage|Session Storage|IndexedDB|WebStorage|Service Worker|databases|File System|blob_storage|shared_proto_db|VideoDecodeStats)$/),
  tree(/^(Network|Partitions|Dictionaries|Crashpad|Crash Reports|component_crx_cache|extensions_crx_cache|Extension (State|Rules|Scripts))$/),
]

/** Of a models folder: backend/models/installation.py and the caches of the libraries that read it. */
export const modelNames: readonly OwnName[] = [
  tree(/^\.(locks|staging|quarantine|verified)$/),
  tree(/^models--[\w.-]+$/),
  tree(/^tfhub$/),
  tree(/^datasets$/),
  file(/^base\.pt$/),
]

/** Of electron-updater, in the folder that electron/updates/ gives it. */
export const updateNames: readonly OwnName[] = [file(/^\.updaterId$/), tree(/^contentcache-updater$/)]

/** In the order in which they are erased. The list of folders goes first: with it, and without a library, an app would begin to index them again. */
export const dataNames: readonly OwnName[] = [
  file(/^folders-pending\.json(\.\d+\.tmp)?$/),
  file(/^(folders|library-replacement)\.json$/),
  file(/^\.(folders|library-replacement)\.json\.[0-9a-f]{8}\.tmp$/),
  file(/^library\.db(-wal|-shm|-journal)?$/),
  file(/^library-new-\d+\.db(-wal|-shm|-journal)?$/),
  file(/^library-(damaged|before-restore)-\d{8}-\d{6}(-\d+)?\.db(-wal|-shm|-journal)?$/),
  file(/^folders-damaged-\d{8}-\d{6}(-\d+)?\.json$/),
  folder(/^thumbnails$/, thumbnailNames),
  folder(/^models$/, modelNames),
  folder(/^updates$/, updateNames),
  file(/^update-failed\.json(\.\d+\.tmp)?$/),
  folder(/^logs$/, logNames),
  folder(/^run$/, runNames),
  tree(/^\.contentcache-temporary$/),
  folder(/^window$/, profileNames),
  file(/^(settings|window)\.json(\.\d+\.tmp)?$/),
  file(/^settings\.json\.damaged-\d+$/),
  file(/^version\.json(\.\d+\.tmp)?$/),
]
