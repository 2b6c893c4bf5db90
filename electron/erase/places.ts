/** Where the app keeps what it writes. */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { updatesBeside } from '../app-image'
import type { Place } from './look'
import { dataNames, modelNames, updateNames } from './own-names'

export interface PlacesOptions {
  data: string
  models: string
  /** The AppImage that this app runs from, or null. */
  image: string | null
}

export interface Places {
  places: Place[]
  /** The models folder when it is not part of the data folder: it may be used by others, and stays. */
  modelsElsewhere: string | null
}

export function placesOf({ data, models, image }: PlacesOptions): Places {
  const place = isInside(data, models) ? placeOfModels(data, models) : null
  return {
    places: [
      // Both in one folder: neither's names are foreign to the other.
      { folder: data, names: real(models) === real(data) ? [...dataNames, ...modelNames] : dataNames },
      ...(place === null ? [] : [place]),
      ...(image === null ? [] : [{ folder: updatesBeside(image), names: updateNames }]),
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
