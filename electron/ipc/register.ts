import { ipcMain, type IpcMainInvokeEvent } from 'electron'
import { ipcArguments, type IpcChannel } from '../contract/ipc'
import type { Log } from '../log/log'
import { answerCall, type Handlers } from './answer'

/** Registers exactly the channels of the map, each with its handler. */
export function registerIpc(handlers: Handlers, isTrusted: (event: IpcMainInvokeEvent) => boolean, log: Log): void {
  for (const channel of Object.keys(ipcArguments) as IpcChannel[]) {
    ipcMain.handle(channel, (event, argument: unknown) => answerCall(handlers, channel, argument, isTrusted(event), log))
  }
}
