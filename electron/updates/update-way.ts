/** Whether this installation can replace itself. */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { ownImage, type RunningProgram } from '../app-image'
import type { UpdateWay } from '../contract/updates'

export interface Place extends RunningProgram {
  platform: NodeJS.Platform
}

/** `image`: the AppImage that this app runs from, links resolved. */
export function updateWay({ platform, ...running }: Place): { way: UpdateWay; image: string | null } {
  if (platform !== 'linux') return { way: 'app', image: null }
  const image = ownImage(running)
  if (image === null) return { way: 'package', image: null }
  return { way: mayReplace(image) ? 'app' : 'read-only', image }
}

function mayReplace(image: string): boolean {
  try {
    accessSync(path.dirname(image), constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
