export interface MenuLabels {
  file: string
  edit: string
  view: string
  window: string
  help: string
  addFolder: string
  settings: string
  search: string
  library: string
  models: string
  pause: string
  keys: string
}

const labels: Record<'en' | 'de', MenuLabels> = {
  en: {
    file: '&File',
    edit: '&Edit',
    view: '&View',
    window: '&Window',
    help: '&Help',
    addFolder: 'Add Folder…',
    settings: 'Settings…',
    search: 'Search',
    library: 'Library',
    models: 'Models',
    pause: 'Pause or Resume Processing',
    keys: 'Keyboard Shortcuts',
  },
  de: {
    file: '&Datei',
    edit: '&Bearbeiten',
    view: '&Ansicht',
    window: '&Fenster',
    help: '&Hilfe',
    addFolder: 'Ordner hinzufügen …',
    settings: 'Einstellungen …',
    search: 'Suche',
    library: 'Bibliothek',
    models: 'Modelle',
    pause: 'Verarbeitung anhalten oder fortsetzen',
    keys: 'Tastenkürzel',
  },
}

export function menuLabels(language: string): MenuLabels {
  return language.startsWith('de') ? labels.de : labels.en
}
