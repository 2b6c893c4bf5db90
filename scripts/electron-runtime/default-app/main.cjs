'use strict'
/**
 * What a development Electron runs when it has no packaged application: it loads the folder or script named first on
 * the command line, the way Electron's own default app does. Written for Node 16, which the stand-in runtime embeds.
 */
const { app: publicApp, dialog } = require('electron')
const fs = require('node:fs')
const path = require('node:path')

// What Electron's own default app uses as well, and the public types leave out.
/** @typedef {{ setVersion: (version: string) => void, setAppPath: (folder: string) => void }} PrivateApp */
/** @typedef {{ _load: (file: string, parent: unknown, isMain: boolean) => void, _preloadModules: (files: string[]) => void }} ModuleLoader */

const app = /** @type {Electron.App & PrivateApp} */ (publicApp)
const loader = /** @type {ModuleLoader} */ (/** @type {unknown} */ (require('node:module')))

/**
 * @param {string[]} args
 * @returns {{ file: string | undefined, preloads: string[] }}
 */
function parse(args) {
  const preloads = []
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? ''
    if (argument === '-r' || argument === '--require') preloads.push(args[(index += 1)] ?? '')
    else if (argument === '--version' || argument === '-v') {
      process.stdout.write(`v${process.versions['electron'] ?? ''}\n`)
      process.exit(0)
    } else if (!argument.startsWith('-')) return { file: argument, preloads }
  }
  return { file: undefined, preloads }
}

/** @param {string} folder */
function takeIdentity(folder) {
  const manifestPath = path.join(folder, 'package.json')
  if (!fs.existsSync(manifestPath)) return
  const manifest = JSON.parse(fs.readFileSync(manifestPath, 'utf8'))
  if (manifest.version) app.setVersion(manifest.version)
  app.setName(manifest.productName ?? manifest.name ?? app.getName())
  // Electron derives it while it reads a packaged app's manifest; a default app has to ask for it.
  app.setPath('userData', path.join(app.getPath('appData'), app.getName()))
  app.setAppPath(folder)
}

/** @param {string} file */
function load(file) {
  const packagePath = path.resolve(file)
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true })
  takeIdentity(fs.statSync(packagePath).isDirectory() ? packagePath : path.dirname(packagePath))
  loader._load(packagePath, loader, true)
}

const { file, preloads } = parse(process.argv.slice(1))
if (preloads.length > 0) loader._preloadModules(preloads)
if (file === undefined) {
  process.stderr.write('electron: name a folder or a script to run, for example: electron .\n')
  app.exit(2)
} else {
  try {
    load(file)
  } catch (error) {
    const report = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`electron: cannot run ${file}\n${report}\n`)
    // A dialog without a display would hang the process that is to report the failure.
    if (process.stdin.isTTY) dialog.showErrorBox('The application could not be started', report)
    app.exit(1)
  }
}
