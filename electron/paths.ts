import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { LaunchOptions } from './launch-options'

export interface Installation {
  isPackaged: boolean
  /** The checkout, or the app's archive when installed. */
  appPath: string
  resourcesPath: string
  /** Electron itself. */
  executable: string
  /** Where this person's programs keep their data. */
  appData: string
  platform: NodeJS.Platform
  environment: NodeJS.ProcessEnv
}

export interface Paths {
  /** Where an installed app lies; a checkout has none. */
  installation?: string
  data: string
  models: string
  bundledModels: string | null
  /** The folder that holds `backend/`. */
  code: string
  python: string
  pythonFlags: readonly string[]
  logs: string
  run: string
  /** Of the Python processes, instead of the system's, which others write into. Emptied: its name must be nobody else's. */
  temporary: string
  /** Chromium's own profile: it makes the single-instance lock one a data folder. */
  profile: string
  settings: string
  pendingFolders: string
  windowState: string
  /** Which version of the app used the data last. */
  version: string
  /** What `scripts/package/notices` wrote of the software of others. */
  notices: string
  /** Comes with Electron, beside the program. */
  chromiumLicences: string
}

/**
 * An installed app runs on its own Python, isolated: it takes modules from nowhere else (-I) and writes nothing beside itself (-B). Isolated it reads
 * no PYTHON* variable, so that what those set for a checkout is said here.
 */
const isolated = ['-I', '-B', '-u', '-X', 'utf8']

function interpreterIn(folder: string, platform: NodeJS.Platform, windowsFolder: string): string {
  return platform === 'win32' ? path.join(folder, windowsFolder, 'python.exe') : path.join(folder, 'bin', 'python3')
}

export function resolvePaths(installation: Installation, options: LaunchOptions): Paths {
  const { isPackaged, appPath, resourcesPath, executable, appData, platform, environment } = installation
  const data = options.dataDirectory ?? path.join(appData, 'ContentCache')
  const checkout = path.join(appPath, '.contentcache')
  const ownPython = isPackaged ? interpreterIn(path.join(resourcesPath, 'python'), platform, '.') : interpreterIn(path.join(checkout, 'venv'), platform, 'Scripts')
  return {
    ...(isPackaged ? { installation: path.dirname(resourcesPath) } : {}),
    data,
    models: options.modelsDirectory ?? environment['CONTENTCACHE_MODELS_DIR'] ?? path.join(isPackaged ? data : checkout, 'models'),
    bundledModels: isPackaged ? path.join(resourcesPath, '.contentcache', 'models') : (environment['CONTENTCACHE_BUNDLED_MODELS_DIR'] ?? null),
    code: isPackaged ? resourcesPath : appPath,
    python: isPackaged ? ownPython : (environment['CONTENTCACHE_PYTHON'] ?? ownPython),
    pythonFlags: isPackaged ? isolated : [],
    logs: path.join(data, 'logs'),
    run: path.join(data, 'run'),
    temporary: path.join(data, '.contentcache-temporary'),
    profile: path.join(data, 'window'),
    settings: path.join(data, 'settings.json'),
    pendingFolders: path.join(data, 'folders-pending.json'),
    windowState: path.join(data, 'window.json'),
    version: path.join(data, 'version.json'),
    notices: isPackaged ? path.join(resourcesPath, 'notices') : (environment['CONTENTCACHE_NOTICES_DIR'] ?? path.join(checkout, 'package', 'parts', 'notices')),
    chromiumLicences: path.join(path.dirname(executable), 'LICENSES.chromium.html'),
  }
}

/** A folder that the app cannot do without, and the code of the system's error. */
export class UnusableFolderError extends Error {
  constructor(
    readonly folder: string,
    readonly reason: string,
  ) {
    super(`The folder ${folder} cannot be used (${reason})`)
  }
}

/** Creates what is missing. Models may lie where only others write. Throws UnusableFolderError. */
export function prepareFolders({ data, logs, run, temporary, profile, models }: Paths): void {
  const read = constants.R_OK | constants.X_OK
  for (const folder of [data, logs, run, temporary, profile, models]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      accessSync(folder, folder === models ? read : read | constants.W_OK)
    } catch (error) {
      const isFile = existsSync(folder) && !statSync(folder).isDirectory()
      throw new UnusableFolderError(folder, isFile ? 'ENOTDIR' : ((error as NodeJS.ErrnoException).code ?? String(error)))
    }
  }
}
