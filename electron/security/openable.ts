import path from 'node:path'

/** What the desktop would run rather than show. A library that finds such a file must not start it with one click. */
const programs = new Set([
  ...['.exe', '.com', '.bat', '.cmd', '.msi', '.msp', '.mst', '.scr', '.pif', '.cpl', '.hta', '.lnk', '.url', '.reg', '.inf', '.scf', '.gadget', '.appref-ms'],
  ...['.msc', '.chm', '.xll', '.settingcontent-ms', '.library-ms', '.search-ms', '.searchconnector-ms', '.diagcab', '.appinstaller', '.appx', '.msix', '.msixbundle'],
  ...['.iso', '.img', '.vhd', '.vhdx', '.theme', '.themepack', '.rdp', '.grp', '.shb', '.shs', '.sct', '.wsc'],
  ...['.vb', '.vbs', '.vbe', '.js', '.jse', '.ws', '.wsf', '.wsh', '.ps1', '.psm1', '.psd1', '.ps1xml', '.jar', '.jnlp', '.application'],
  ...['.sh', '.bash', '.zsh', '.fish', '.csh', '.command', '.tool', '.run', '.bin', '.appimage', '.desktop', '.workflow', '.action', '.app'],
  ...['.py', '.pyw', '.pl', '.rb', '.php', '.terminal', '.scpt', '.scptd', '.applescript', '.pkg', '.dmg', '.deb', '.rpm', '.webloc', '.fileloc', '.inetloc'],
])

/** `mode`: the file's permission bits; Windows has no execute bit and reports none that mean anything. */
export function isProgram(file: string, mode: number, platform: NodeJS.Platform): boolean {
  // Windows drops dots and spaces at the end of a name: "a.exe." starts a.exe.
  const extension = path.extname(file.replace(/[. ]+$/, '')).toLowerCase()
  if (programs.has(extension)) return true
  return platform !== 'win32' && extension === '' && (mode & 0o111) !== 0
}
