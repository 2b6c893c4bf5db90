/** How the app starts itself again: to erase what it has open, and anew after that. */
import path from 'node:path'
import { eraseFlags } from '../launch-options'

export interface StartedAs {
  /** Without the program. */
  args: readonly string[]
  program: string
  environment: NodeJS.ProcessEnv
}

export interface StartAgain {
  args: string[]
  execPath: string
}

export function startToErase({ args, ...as }: StartedAs): StartAgain {
  return { args: [...withoutFlags(args), ...eraseFlags], execPath: programOf(as) }
}

export function startAnew({ args, ...as }: StartedAs): StartAgain {
  return { args: withoutFlags(args), execPath: programOf(as) }
}

function withoutFlags(args: readonly string[]): string[] {
  const flags: readonly string[] = eraseFlags
  return args.filter((argument) => !flags.includes(argument))
}

/** An AppImage's own program is gone with its mount: the image is started. */
function programOf(as: Omit<StartedAs, 'args'>): string {
  return imageOf(as) ?? as.program
}

/** The AppImage that the program runs from, or null. That of a terminal which started this app is not ours. */
export function imageOf({ program, environment }: Omit<StartedAs, 'args'>): string | null {
  const { APPIMAGE: image, APPDIR: mount } = environment
  return image && mount && program.startsWith(`${mount}${path.sep}`) ? image : null
}
