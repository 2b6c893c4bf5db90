/** Starts the new AppImage once this process has ended: two of them must not meet in one profile. */
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import path from 'node:path'

/** What AppRun put in front of these lies in the old image, which is gone by then. */
const prefixed = ['PATH', 'LD_LIBRARY_PATH', 'XDG_DATA_DIRS', 'GSETTINGS_SCHEMA_DIR']
const ofTheImage = ['APPIMAGE', 'APPDIR', 'ARGV0', 'OWD']

/** The environment as it was outside of the image. */
export function outsideImage(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const contents = environment['APPDIR']
  const clean = Object.fromEntries(Object.entries(environment).filter(([name]) => !ofTheImage.includes(name)))
  if (contents === undefined) return clean
  const isOurs = (entry: string): boolean => entry === contents || entry.startsWith(`${contents}/`)
  const outside = (list: string): string => list.split(path.delimiter).filter((entry) => !isOurs(entry)).join(path.delimiter)
  return Object.fromEntries(
    Object.entries(clean)
      .map(([name, value]) => [name, prefixed.includes(name) ? outside(value ?? '') : value] as const)
      .filter(([name, value]) => value !== '' || !prefixed.includes(name)),
  )
}

const afterOurEnd = 'while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; shift; exec "$@"'

export function relaunch(image: string, args: readonly string[], environment: NodeJS.ProcessEnv): void {
  const child = spawn('/bin/sh', ['-c', afterOurEnd, 'sh', String(process.pid), image, ...args], { detached: true, stdio: 'ignore', cwd: homedir(), env: outsideImage(environment) })
  child.unref()
}
