export interface MenuLabels {
  file: string
  edit: string
  view: string
  window: string
  help: string
  addFolder: string
  backUpLibrary: string
  restoreLibrary: string
  eraseEverything: string
  settings: string
  search: string
  library: string
  models: string
  status: string
  pause: string
  keys: string
  checkForUpdates: string
  about: string
}

const labels: Record<'en' | 'de', MenuLabels> = {
  en: {
    file: '&File',
    edit: '&Edit',
    view: '&View',
    window: '&Window',
    help: '&Help',
    addFolder: 'Add Folder…',
    backUpLibrary: 'Back Up Library…',
    restoreLibrary: 'Restore Library…',
    eraseEverything: 'Erase Everything…',
    settings: 'Settings…',
    search: 'Search',
    library: 'Library',
    models: 'Models',
    status: 'Status',
    pause: 'Pause or Resume Processing',
    keys: 'Keyboard Shortcuts',
    checkForUpdates: 'Check for Updates…',
    about: 'About ContentCache',
  },
  de: {
    file: '&Datei',
    edit: '&Bearbeiten',
    view: '&Ansicht',
    window: '&Fenster',
    help: '&Hilfe',
    addFolder: 'Ordner hinzufügen …',
    backUpLibrary: 'Bibliothek sichern …',
    restoreLibrary: 'Bibliothek wiederherstellen …',
    eraseEverything: 'Alles löschen …',
    settings: 'Optionen …',
    search: 'Suche',
    library: 'Bibliothek',
    models: 'Modelle',
    status: 'Status',
    pause: 'Verarbeitung anhalten oder fortsetzen',
    keys: 'Tastenkürzel',
    checkForUpdates: 'Nach Updates suchen …',
    about: 'Über ContentCache',
  },
}

export function menuLabels(language: string): MenuLabels {
  return language.startsWith('de') ? labels.de : labels.en
}
