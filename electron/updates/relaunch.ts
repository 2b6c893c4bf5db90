/** Starts the new AppImage once this process has ended: two of them must not meet in one profile. */
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Log } from '../log/log'

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
  // Asked for on the command line, which its runtime keeps to itself: there is no FUSE here.
  const unpacked = path.basename(contents).startsWith('appimage_extracted_') ? { APPIMAGE_EXTRACT_AND_RUN: '1' } : {}
  const outer = Object.fromEntries(
    Object.entries(clean)
      .map(([name, value]) => [name, prefixed.includes(name) ? outside(value ?? '') : value] as const)
      .filter(([name, value]) => value !== '' || !prefixed.includes(name)),
  )
  return { ...outer, ...unpacked }
}

/** What a child inherits of Chromium, the sockets of its own processes among it, would keep those alive. An AppImage needs bash itself: its AppRun is written in it. */
const afterOurEnd = [
  'for file in /proc/$$/fd/*; do fd=${file##*/}; if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi; done',
  'while kill -0 "$1" 2>/dev/null; do sleep 0.1; done',
  'shift',
  'exec "$@"',
].join('\n')

export function relaunch(image: string, args: readonly string[], environment: NodeJS.ProcessEnv, log: Log): void {
  const child = spawn('bash', ['-c', afterOurEnd, 'bash', String(process.pid), image, ...args], { detached: true, stdio: 'ignore', cwd: homedir(), env: outsideImage(environment) })
  child.on('error', (error) => log.error(`[updates] ${image} was not started: ${error.message}`))
  child.unref()
}
