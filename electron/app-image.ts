/** The AppImage that the app runs from. */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'

export interface RunningProgram {
  program: string
  environment: NodeJS.ProcessEnv
}

/** Links resolved; null where there is none. APPIMAGE may be that of another program, which started this one: ours is the one whose contents we run from. */
export function ownImage({ program, environment }: RunningProgram): string | null {
  const { APPIMAGE: image, APPDIR: contents } = environment
  if (image === undefined || contents === undefined || !path.isAbsolute(image)) return null
  try {
    const inside = path.relative(realpathSync(contents), realpathSync(program))
    if (path.isAbsolute(inside) || inside.split(path.sep)[0] === '..') return null
    const real = realpathSync(image)
    return statSync(real).isFile() ? real : null
  } catch {
    // One of them is gone: nothing that could be started or replaced.
    return null
  }
}

/** Where its next version is kept: beside it, so that it takes its place in one step, and what is wrong with that disk shows before. */
export function updatesBeside(image: string): string {
  return path.join(path.dirname(image), '.contentcache-update')
}
