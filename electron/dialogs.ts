import path from 'node:path'
import { app, dialog, type BrowserWindow } from 'electron'
import type { ModelDialogs } from './ipc/models'

export interface Dialogs extends ModelDialogs {
  /** null: closed. */
  askForFolder(): Promise<string | null>
}

const exportName = 'contentcache-models.tar'

/** The system's own dialogs, over the window when there is one. */
export function createDialogs(window: () => BrowserWindow | null): Dialogs {
  async function open(options: Electron.OpenDialogOptions): Promise<string | null> {
    const parent = window()
    const { canceled, filePaths } = await (parent === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(parent, options))
    return canceled ? null : (filePaths[0] ?? null)
  }

  async function save(options: Electron.SaveDialogOptions): Promise<string | null> {
    const parent = window()
    const { canceled, filePath } = await (parent === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(parent, options))
    return canceled || filePath === '' ? null : filePath
  }

  return {
    askForFolder: () => open({ properties: ['openDirectory', 'createDirectory'] }),
    askForImport: (kind) => open({ properties: [kind === 'file' ? 'openFile' : 'openDirectory'] }),
    askForExport: () => save({ defaultPath: path.join(app.getPath('downloads'), exportName), properties: ['createDirectory', 'showOverwriteConfirmation'] }),
  }
}
