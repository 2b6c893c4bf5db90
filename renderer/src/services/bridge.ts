import type { Bridge, IpcArgument, IpcChannel, IpcResults } from '@/contract'
import { ProblemError } from './problem'

export function bridge(): Bridge {
  return window.contentcache
}

/** Gives main a command. Throws ProblemError with main's own words when it cannot be done. */
export async function command<C extends IpcChannel>(
  channel: C,
  ...argument: IpcArgument<C> extends undefined ? [] : [IpcArgument<C>]
): Promise<IpcResults[C]> {
  const reply = await bridge().invoke(channel, ...argument)
  if (!reply.ok) throw new ProblemError(reply.problem)
  return reply.value
}
