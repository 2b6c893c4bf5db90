/**
 * A bare system of this machine's own distribution, made by mmdebstrap in a folder: a package is installed, used and removed in it for real, and the
 * machine itself stays as it is. What runs in it has that folder as its root, in other mounts for one process and what it starts.
 */
import { execFile, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { python } from '../support/checkout'
import { user } from './enclosure'

const run = promisify(execFile)

/** Where a folder of this machine is seen in it. */
const packagesInside = '/packages'
const homeInside = '/home/ann'

/** Why none can be made here, or null. */
export function noBareSystem(): string | null {
  if (process.getuid?.() !== 0) return 'installing a package takes root'
  if (sources().length === 0) return 'this is no Debian or Ubuntu: it has no apt sources of its own'
  return spawnSync('mmdebstrap', ['--version']).status === 0 ? null : 'a bare system is made by mmdebstrap: apt-get install mmdebstrap'
}

function release(): Record<string, string> {
  const lines = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8').split('\n') : []
  return Object.fromEntries(lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1).replaceAll('"', '')]))
}

/** Those of the distribution, none that a person added. */
function sources(): string[] {
  const files = ['/etc/apt/sources.list', `/etc/apt/sources.list.d/${release()['ID'] ?? ''}.sources`]
  return files.filter((file) => existsSync(file))
}

export class BareSystem {
  private constructor(
    readonly root: string,
    private readonly entrance: readonly [program: string, ...args: string[]],
  ) {}

  /**
   * @param base an own folder; everything of the system is in it
   * @param packages a folder that is seen in it as well
   */
  static async make(base: string, packages: string): Promise<BareSystem> {
    const root = path.join(base, 'root')
    const suite = release()['VERSION_CODENAME'] ?? ''
    await run('mmdebstrap', ['--mode=root', '--variant=minbase', '--skip=cleanup/apt/lists', suite, root, ...sources()], { maxBuffer: 1 << 26 })
    const enter = path.join(base, 'enter.sh')
    const system = new BareSystem(root, [enter])
    for (const folder of [packagesInside, '/tmp/.X11-unix', '/.outside']) mkdirSync(path.join(root, folder), { recursive: true })
    mkdirSync(system.home)
    chownSync(system.home, user, user)
    writeFileSync(path.join(root, 'etc', 'resolv.conf'), readFileSync('/etc/resolv.conf'))
    writeFileSync(enter, entering(root, packages), { mode: 0o755 })
    return system
  }

  /** The home of an ordinary user, seen from outside. */
  get home(): string {
    return path.join(this.root, homeInside)
  }

  /** The same system under a kernel that gives nobody a user namespace. */
  withoutUserNamespaces(): BareSystem {
    return new BareSystem(this.root, [python, path.join(__dirname, 'without_user_namespaces.py'), ...this.entrance])
  }

  /** As root; what it printed, errors included. Throws when it fails, with that. */
  async asRoot(program: string, ...args: string[]): Promise<string> {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', HOME: '/root' }
    const [enter, ...before] = this.entrance
    const { stdout, stderr } = await run(enter, [...before, program, ...args], { env, maxBuffer: 1 << 26 })
    return stdout + stderr
  }

  apt(...args: string[]): Promise<string> {
    // This system is thrown away: nothing of it has to survive the loss of power.
    return this.asRoot('apt-get', '--yes', '--no-install-recommends', '--option', 'Dpkg::Options::=--force-unsafe-io', ...args)
  }

  /** How an ordinary user starts a program that is on the PATH. */
  asPerson(program: string): { executable: string; args: string[]; env: Record<string, string> } {
    const display = process.env['DISPLAY']
    const [enter, ...before] = this.entrance
    return {
      executable: enter,
      args: [...before, 'setpriv', '--reuid', String(user), '--regid', String(user), '--clear-groups', program],
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: homeInside,
        LANGUAGE: 'en',
        LC_ALL: 'C.UTF-8',
        ...(display === undefined ? {} : { DISPLAY: display }),
      },
    }
  }
}

/** A root by pivot_root and not by chroot: in a chroot the kernel gives nobody a user namespace, of which Chromium makes its sandbox. */
function entering(root: string, packages: string): string {
  const lines = [
    '#!/bin/sh',
    'set -eu',
    `if [ "\${BARE_SYSTEM:-}" != entered ]; then BARE_SYSTEM=entered exec unshare --mount --propagation private "$0" "$@"; fi`,
    'unset BARE_SYSTEM',
    // What follows is in folders that an ordinary user does not search.
    'path=$PATH',
    'export PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `root='${root}'`,
    'mount --bind "$root" "$root"',
    'mount -t proc proc "$root/proc"',
    'mount --rbind /dev "$root/dev"',
    'mount --rbind /sys "$root/sys"',
    `mount --bind '${packages}' "$root${packagesInside}"`,
    `mount -o remount,bind,ro "$root${packagesInside}"`,
    '[ ! -d /tmp/.X11-unix ] || mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"',
    'cd "$root"',
    'pivot_root . .outside',
    'umount -l /.outside',
    'export PATH="$path"',
    'exec "$@"',
  ]
  return `${lines.join('\n')}\n`
}
