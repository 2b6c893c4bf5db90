import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from './contract/ipc'
import type { MenuLabels } from './menu-labels'

export interface MenuOptions {
  labels: MenuLabels
  platform: NodeJS.Platform
  /** Reload and developer tools: for whoever works on the app itself. */
  development: boolean
  send: (command: MenuCommand) => void
  eraseEverything: () => void
}

/** The menu of the app, as data. */
export function menuTemplate({ labels, platform, development, send, eraseEverything }: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin'
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: name,
    label,
    click: () => send(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const about = command(labels.about, 'show-about')
  const settings = command(labels.settings, 'show-settings', 'CommandOrControl+,')
  const developer: MenuItemConstructorOptions[] = development ? [separator, { role: 'reload' }, { role: 'toggleDevTools' }] : []

  return [
    ...(isMac
      ? [{ role: 'appMenu' as const, submenu: [about, separator, settings, separator, { role: 'hide' as const }, { role: 'unhide' as const }, separator, { role: 'quit' as const }] }]
      : []),
    {
      label: labels.file,
      submenu: [
        command(labels.addFolder, 'add-folder', 'CommandOrControl+O'),
        separator,
        command(labels.backUpLibrary, 'back-up-library'),
        command(labels.restoreLibrary, 'restore-library'),
        separator,
        // Asked and done by main: it needs no window that still draws.
        { id: 'erase-everything', label: labels.eraseEverything, click: eraseEverything },
        separator,
        ...(isMac ? [{ role: 'close' as const }] : [settings, separator, { role: 'quit' as const }]),
      ],
    },
    { label: labels.edit, role: 'editMenu' },
    {
      label: labels.view,
      submenu: [
        command(labels.search, 'focus-search', 'CommandOrControl+K'),
        command(labels.library, 'show-library', 'CommandOrControl+L'),
        command(labels.models, 'show-models'),
        command(labels.status, 'show-status'),
        command(labels.pause, 'toggle-processing', 'CommandOrControl+Shift+P'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...developer,
      ],
    },
    { label: labels.window, role: 'windowMenu' },
    { label: labels.help, role: 'help', submenu: [command(labels.keys, 'show-keys', 'CommandOrControl+/'), command(labels.checkForUpdates, 'check-for-updates'), ...(isMac ? [] : [separator, about])] },
  ]
}
