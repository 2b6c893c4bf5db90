import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge, IpcChannel, IpcReply, MenuCommand } from './contract/ipc'
import { menuChannel } from './ipc/channels'

/** `webUtils` came with Electron 29; before it a File carried its path. */
function pathOfDroppedFile(file: File): string {
  if ((webUtils as typeof webUtils | undefined) !== undefined) return webUtils.getPathForFile(file)
  return (file as File & { path: string }).path
}

const bridge: Bridge = {
  invoke: <C extends IpcChannel>(channel: C, ...argument: unknown[]) => ipcRenderer.invoke(channel, argument[0]) as Promise<IpcReply<C>>,
  pathOfDroppedFile,
  onMenu: (listener) => {
    const forward = (_event: unknown, command: MenuCommand): void => listener(command)
    ipcRenderer.on(menuChannel, forward)
    return () => ipcRenderer.off(menuChannel, forward)
  },
}

contextBridge.exposeInMainWorld('contentcache', bridge)
