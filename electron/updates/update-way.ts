/** Whether this installation can replace itself. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { UpdateWay } from '../contract/updates'

export interface Place {
  platform: NodeJS.Platform
  environment: NodeJS.ProcessEnv
  /** The running program. */
  execPath: string
}

/** `image`: the AppImage that this app runs from, links resolved. */
export function updateWay({ platform, environment, execPath }: Place): { way: UpdateWay; image: string | null } {
  if (platform !== 'linux') return { way: 'app', image: null }
  const image = ownImage(environment, execPath)
  if (image === null) return { way: 'package', image: null }
  return { way: mayReplace(image) ? 'app' : 'read-only', image }
}

/** APPIMAGE may be that of another program, which this one was started from: ours is the one whose contents we run from. */
function ownImage(environment: NodeJS.ProcessEnv, execPath: string): string | null {
  const { APPIMAGE: image, APPDIR: contents } = environment
  if (image === undefined || contents === undefined || !path.isAbsolute(image)) return null
  try {
    const inside = path.relative(realpathSync(contents), realpathSync(execPath))
    if (path.isAbsolute(inside) || inside.split(path.sep)[0] === '..') return null
    const real = realpathSync(image)
    return statSync(real).isFile() ? real : null
  } catch {
    // One of them is gone: nothing that could be replaced.
    return null
  }
}

function mayReplace(image: string): boolean {
  try {
    accessSync(path.dirname(image), constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
