/** Where the app keeps what it writes. */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import type { Place } from './look'
import { dataNames, modelNames, updaterNames } from './own-names'

export interface PlacesOptions {
  data: string
  models: string
  /** Null: this app does not update itself. */
  updaterCache: string | null
}

export interface Places {
  places: Place[]
  /** The models folder when it is not part of the data folder: it may be used by others, and stays. */
  modelsElsewhere: string | null
}

export function placesOf({ data, models, updaterCache }: PlacesOptions): Places {
  const place = isInside(data, models) ? placeOfModels(data, models) : null
  return {
    places: [
      // Both in one folder: neither's names are foreign to the other.
      { folder: data, names: real(models) === real(data) ? [...dataNames, ...modelNames] : dataNames },
      ...(place === null ? [] : [place]),
      ...(updaterCache === null ? [] : [{ folder: updaterCache, names: updaterNames }]),
    ],
    modelsElsewhere: isInside(data, models) ? null : models,
  }
}

/** Its usual place is among the names of the data folder. */
function placeOfModels(data: string, models: string): Place | null {
  const folder = real(models)
  return folder === real(data) || folder === path.join(real(data), 'models') ? null : { folder, names: modelNames }
}

/** Once every link is resolved; a folder that is not there holds nothing anywhere. */
function isInside(data: string, models: string): boolean {
  const relative = path.relative(real(data), real(models))
  return relative === '' || (!path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..')
}

function real(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

export interface Machine {
  platform: NodeJS.Platform
  environment: NodeJS.ProcessEnv
  home: string
}

/** Of electron-updater: `<cache of this person>/contentcache-updater`. */
export function updaterCache({ platform, environment, home }: Machine): string {
  const caches = {
    win32: environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'),
    darwin: path.join(home, 'Library', 'Caches'),
    other: environment['XDG_CACHE_HOME'] ?? path.join(home, '.cache'),
  }
  return path.join(platform === 'win32' || platform === 'darwin' ? caches[platform] : caches.other, 'contentcache-updater')
}
