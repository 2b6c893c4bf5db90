/** How the app starts itself again: to erase what it has open, anew after that, and for a start that came while it was ending. */
import { ownImage, type RunningProgram } from './app-image'
import { eraseFlags } from './launch-options'

export interface StartedAs extends RunningProgram {
  /** Without the program. */
  args: readonly string[]
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
function programOf(running: RunningProgram): string {
  return ownImage(running) ?? running.program
}
