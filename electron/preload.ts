import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { ipcArguments, type Bridge, type IpcChannel, type IpcReply, type MenuCommand } from './contract/ipc'
import { menuChannel } from './ipc/channels'

/** `webUtils` came with Electron 29; before it a File carried its path. */
function pathOfDroppedFile(file: File): string {
  if ((webUtils as typeof webUtils | undefined) !== undefined) return webUtils.getPathForFile(file)
  return (file as File & { path: string }).path
}

const bridge: Bridge = {
  invoke: <C extends IpcChannel>(channel: C, ...argument: unknown[]) => {
    if (!Object.hasOwn(ipcArguments, channel)) return Promise.reject(new Error('There is no such command.'))
    return ipcRenderer.invoke(channel, argument[0]) as Promise<IpcReply<C>>
  },
  pathOfDroppedFile,
  onMenu: (listener) => {
    const forward = (_event: unknown, command: MenuCommand): void => listener(command)
    ipcRenderer.on(menuChannel, forward)
    return () => ipcRenderer.off(menuChannel, forward)
  },
}

contextBridge.exposeInMainWorld('contentcache', bridge)
