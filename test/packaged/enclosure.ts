/**
 * A machine on which nothing but the app is installed: other mounts for one process and what it starts. The app lies read-only where it is wanted; the
 * checkout, Node and every other Python are out of sight; whoever runs is an ordinary user with an empty home and a bare environment.
 */
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { root } from '../support/checkout'

/** nobody: an account of every Debian system, of which no home and no right is expected. */
export const user = 65_534

const folders = ['/usr/bin', '/usr/local/bin', '/bin', '/usr/lib', '/usr/local/lib', '/usr/lib/x86_64-linux-gnu']
const otherPrograms = /^(python[\d.]*|pypy\d?|node|nodejs|npm|npx|uv|conda)$|^libpython/
const otherFolders = /^(python[\d.]*|node_modules)$/

/** Where other interpreters and their packages are on this machine: in the system, in programs of others, and whatever a person has at home. */
function others(base: string): { files: string[]; hidden: string[] } {
  const entries = folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
  const files = entries.filter((entry) => otherPrograms.test(path.basename(entry)) && !lstatSync(entry).isDirectory() && existsSync(entry))
  const hidden = entries.filter((entry) => otherFolders.test(path.basename(entry)) && existsSync(entry) && lstatSync(entry).isDirectory())
  const whole = ['/opt', userInfo().homedir].filter((folder) => existsSync(folder) && !base.startsWith(`${folder}${path.sep}`))
  return { files: [...files, process.execPath], hidden: [root, ...hidden, ...whole] }
}

export interface Enclosure {
  /** Runs the program in `inside` with what follows, in the enclosure. */
  command: string
  home: string
  /** Where the app lies in it. */
  app: string
}

/**
 * @param base an own folder; everything of the enclosure is in it
 * @param app the unpacked app
 * @param replaced files and folders of the app, relative, and what stands in their place
 * @param inside the program to run, relative to the app
 */
export function enclose(base: string, app: string, inside: string, replaced: Record<string, string> = {}): Enclosure {
  const target = path.join(base, 'Meine Programme', 'Content Cache für Ängström')
  const home = path.join(base, 'home')
  for (const folder of [target, home]) mkdirSync(folder, { recursive: true })
  chmodSync(base, 0o755)
  chownSync(home, user, user)
  const { files, hidden } = others(base)
  const lines = [
    '#!/bin/sh',
    `if [ -z "$CONTENTCACHE_ENCLOSED" ]; then CONTENTCACHE_ENCLOSED=1 exec unshare --mount --propagation private "$0" "$@"; fi`,
    'unset CONTENTCACHE_ENCLOSED',
    'set -eu',
    `mount --bind ${quoted(app)} ${quoted(target)}`,
    ...Object.entries(replaced).map(([file, by]) => `mount --bind ${quoted(by)} ${quoted(path.join(target, file))}`),
    ...[target, ...Object.keys(replaced).map((file) => path.join(target, file))].map((place) => `mount -o remount,bind,ro ${quoted(place)}`),
    ...files.map((file) => `mount --bind /dev/null ${quoted(file)}`),
    ...hidden.map((folder) => `mount -t tmpfs -o size=4k,mode=755 none ${quoted(folder)}`),
    `cd ${quoted(home)}`,
    `exec setpriv --reuid ${user} --regid ${user} --clear-groups --bounding-set=-all --inh-caps=-all ${quoted(path.join(target, inside))} "$@"`,
  ]
  const command = path.join(base, 'enclosed.sh')
  writeFileSync(command, `${lines.join('\n')}\n`, { mode: 0o755 })
  return { command, home, app: target }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A bare environment, with what would lead the app's own processes astray if it reached them. */
export function environmentOf({ home }: Enclosure): Record<string, string> {
  const display = process.env['DISPLAY']
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    USER: 'nobody',
    LANGUAGE: 'en',
    LC_ALL: 'C.UTF-8',
    PYTHONPATH: '/nowhere',
    PYTHONHOME: '/nowhere',
    PYTHONUSERBASE: '/nowhere',
    CONTENTCACHE_PYTHON: '/nowhere/python',
    ...(display === undefined ? {} : { DISPLAY: display }),
  }
}

/** Lets the enclosed user read what this one wrote. */
export function giveAway(folder: string): void {
  chownSync(folder, user, user)
  for (const entry of readdirSync(folder, { recursive: true }) as string[]) chownSync(path.join(folder, entry), user, user)
}
