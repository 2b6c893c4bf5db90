import { Menu, type MenuItemConstructorOptions, type WebContents } from 'electron'

/** Cut, copy and paste by the right mouse button: Electron has none of its own. */
export function addContextMenu(contents: WebContents): void {
  contents.on('context-menu', (_event, { isEditable, selectionText, editFlags }) => {
    const copy: MenuItemConstructorOptions = { role: 'copy', enabled: editFlags.canCopy }
    const edit: MenuItemConstructorOptions[] = [
      { role: 'cut', enabled: editFlags.canCut },
      copy,
      { role: 'paste', enabled: editFlags.canPaste },
      { type: 'separator' },
      { role: 'selectAll', enabled: editFlags.canSelectAll },
    ]
    if (isEditable) Menu.buildFromTemplate(edit).popup()
    else if (selectionText.trim() !== '') Menu.buildFromTemplate([copy]).popup()
  })
}
