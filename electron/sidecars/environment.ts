/** The environment of the app's Python processes: what a program needs from the machine, and nothing of how the app itself was started. */
import path from 'node:path'

export interface PythonSettings {
  /** Where the app lies, when it is installed. */
  installation?: string | undefined
  modelsDirectory: string
  /** Libraries unpack code there and load it by a name that anybody can know: kreuzberg its PDFium. */
  temporaryDirectory: string
  bundledModelsDirectory: string | null
  offline: boolean
}

export interface SidecarSettings extends PythonSettings {
  dataDirectory: string
  /** Only search_server has an HTTP API to guard. */
  secret?: string
}

const inherited = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ'],
  ...['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'OMP_NUM_THREADS'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA'],
  ...['NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE', 'PROCESSOR_IDENTIFIER', 'CONTENTCACHE_MODELS_MANIFEST'],
])

/** How this machine reaches the network, and where its models come from: for the one process that may go out. */
const network = new Set([
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HF_ENDPOINT', 'CONTENTCACHE_MODELS_MIRROR'],
])

/** PYTHONPATH, LD_LIBRARY_PATH (an AppImage sets it), ELECTRON_* and the like would make Python load the wrong things. */
export function isInherited(name: string): boolean {
  const upper = name.toUpperCase()
  return inherited.has(upper) || upper.startsWith('LC_')
}

/** An AppImage puts its own folders before those of the machine. */
function machinePath(value = '', installation = ''): string {
  const isOwn = (entry: string): boolean => installation !== '' && (entry === installation || entry.startsWith(installation + path.sep))
  return value.split(path.delimiter).filter((entry) => !isOwn(entry)).join(path.delimiter)
}

function pythonEnvironment(parent: NodeJS.ProcessEnv, settings: PythonSettings, isPassedOn: (name: string) => boolean): NodeJS.ProcessEnv {
  const passedOn = Object.entries(parent).filter(([name]) => isPassedOn(name))
  return {
    ...Object.fromEntries(passedOn.map(([name, value]) => [name, name.toUpperCase() === 'PATH' ? machinePath(value, settings.installation) : value])),
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    PYTHONUTF8: '1',
    PYTHONNOUSERSITE: '1',
    ...Object.fromEntries(['TMPDIR', 'TEMP', 'TMP'].map((name) => [name, settings.temporaryDirectory])),
    CONTENTCACHE_MODELS_DIR: settings.modelsDirectory,
    ...(settings.bundledModelsDirectory === null ? {} : { CONTENTCACHE_BUNDLED_MODELS_DIR: settings.bundledModelsDirectory }),
    ...(settings.offline ? { CONTENTCACHE_OFFLINE: '1' } : {}),
  }
}

export function sidecarEnvironment(parent: NodeJS.ProcessEnv, settings: SidecarSettings): NodeJS.ProcessEnv {
  return {
    ...pythonEnvironment(parent, settings, isInherited),
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    CONTENTCACHE_DATA_DIR: settings.dataDirectory,
    ...(settings.secret === undefined ? {} : { CONTENTCACHE_SECRET: settings.secret }),
  }
}

export function downloaderEnvironment(parent: NodeJS.ProcessEnv, settings: PythonSettings): NodeJS.ProcessEnv {
  return pythonEnvironment(parent, settings, (name) => isInherited(name) || network.has(name.toUpperCase()))
}
