import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { ipcArguments, type Bridge, type IpcChannel, type IpcReply, type MenuCommand } from './contract/ipc'
import { menuChannel } from './ipc/channels'

/** `webUtils` came with Electron 29; before it a File carried its path. */
function pathOfDroppedFile(file: File): string {
  if ((webUtils as typeof webUtils | undefined) !== undefined) return webUtils.getPathForFile(file)
  return (file as File & { path: string }).path
}

/** Chosen before the page was there to listen, as from the menu of an app without a window. */
const earlyCommands: MenuCommand[] = []
const keepEarly = (_event: unknown, command: MenuCommand): void => void earlyCommands.push(command)
ipcRenderer.on(menuChannel, keepEarly)

const bridge: Bridge = {
  invoke: <C extends IpcChannel>(channel: C, ...argument: unknown[]) => {
    if (!Object.hasOwn(ipcArguments, channel)) return Promise.reject(new Error('There is no such command.'))
    return ipcRenderer.invoke(channel, argument[0]) as Promise<IpcReply<C>>
  },
  pathOfDroppedFile,
  onMenu: (listener) => {
    const forward = (_event: unknown, command: MenuCommand): void => listener(command)
    ipcRenderer.off(menuChannel, keepEarly)
    ipcRenderer.on(menuChannel, forward)
    earlyCommands.splice(0).forEach(listener)
    return () => ipcRenderer.off(menuChannel, forward)
  },
}

contextBridge.exposeInMainWorld('contentcache', bridge)
