import * as v from 'valibot'
import { ipcArguments, type IpcArgument, type IpcChannel, type IpcReply, type IpcResults } from '../contract/ipc'
import type { Log } from '../log/log'
import { messageOf, problem, ProblemError, problemOf } from '../problem'

export type Handler<C extends IpcChannel> = (argument: IpcArgument<C>) => IpcResults[C] | Promise<IpcResults[C]>
export type Handlers = { [C in IpcChannel]: Handler<C> }

/** Judges the sender and the argument, and turns every outcome into data. Never rejects. */
export async function answerCall<C extends IpcChannel>(handlers: Handlers, channel: C, argument: unknown, isTrusted: boolean, log: Log): Promise<IpcReply<C>> {
  if (!isTrusted) {
    log.warn(`[ipc] ${channel} refused: not from the app's own window`)
    return { ok: false, problem: problem('refused', 'This command was refused.') }
  }
  const parsed = v.safeParse(ipcArguments[channel], argument)
  if (!parsed.success) {
    const detail = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'argument'}: ${issue.message}`).join('\n')
    log.warn(`[ipc] ${channel} refused: ${detail}`)
    return { ok: false, problem: problem('invalid-argument', 'This command was not understood.', { detail }) }
  }
  try {
    return { ok: true, value: await handlers[channel](parsed.output) }
  } catch (error) {
    if (!(error instanceof ProblemError)) log.error(`[ipc] ${channel}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`)
    return { ok: false, problem: problemOf(error) }
  }
}
