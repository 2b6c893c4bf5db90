import path from 'node:path'
import { app, dialog, type BrowserWindow } from 'electron'
import { eraseButton, eraseQuestion } from './erase/questions'
import type { CareDialogs } from './ipc/library-care'
import type { ModelDialogs } from './ipc/models'
import { backupName, restoreButton, restoreQuestion } from './library-care/questions'
import type { NextStep } from './renderer-recovery'
import { reloadButton, windowQuestion } from './window-question'

export interface Dialogs extends ModelDialogs, CareDialogs {
  /** null: closed. */
  askForFolder(): Promise<string | null>
  /** What to do with a window that dies again and again. */
  askAboutWindow(): Promise<NextStep>
  /** Whether everything in the data folder may be erased. */
  confirmErase(): Promise<boolean>
}

export interface DialogsOptions {
  window: () => BrowserWindow | null
  /** Of the texts that are not the system's. */
  language: () => string
  dataDirectory: string
  /** Null: the models lie in the data folder. */
  modelsElsewhere: string | null
}

const exportName = 'contentcache-models.tar'

/** The system's own dialogs, over the window when there is one. */
export function createDialogs({ window, language, dataDirectory, modelsElsewhere }: DialogsOptions): Dialogs {
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

  async function ask(options: Electron.MessageBoxOptions): Promise<number> {
    const parent = window()
    const { response } = await (parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options))
    return response
  }

  return {
    askForFolder: () => open({ properties: ['openDirectory', 'createDirectory'] }),
    askForImport: (kind) => open({ properties: [kind === 'file' ? 'openFile' : 'openDirectory'] }),
    askForExport: () => save({ defaultPath: path.join(app.getPath('downloads'), exportName), properties: ['createDirectory', 'showOverwriteConfirmation'] }),
    askForBackup: () => save({ defaultPath: path.join(app.getPath('documents'), backupName(new Date())), properties: ['createDirectory', 'showOverwriteConfirmation'] }),
    askForRestore: () => open({ defaultPath: app.getPath('documents'), properties: ['openFile'] }),
    confirmRestore: async (file) => (await ask(restoreQuestion(language(), file, dataDirectory))) === restoreButton,
    askAboutWindow: async () => ((await ask(windowQuestion(language()))) === reloadButton ? 'reload' : 'quit'),
    confirmErase: async () => (await ask(eraseQuestion(language(), dataDirectory, modelsElsewhere))) === eraseButton,
  }
}
