/** The unpacked app that `npm run package` made, and what may be looked at in it without running it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from '../support/checkout'

export const unpacked = process.env['CONTENTCACHE_UNPACKED'] ?? path.join(root, 'dist', 'linux-unpacked')
export const program = path.join(unpacked, 'contentcache')
export const resources = path.join(unpacked, 'resources')
export const python = path.join(resources, 'python')
export const archive = path.join(resources, 'app.asar')

/** Why no AppImage can be made and run here, or null. */
export function noImages(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'AppImages are made and run on Linux with x64 only'
  return existsSync('/usr/bin/mksquashfs') ? null : 'there is no mksquashfs (squashfs-tools)'
}

/** Why an app cannot be enclosed here, or null. */
export function noEnclosure(): string | null {
  if (process.platform !== 'linux') return 'an app is enclosed on Linux only'
  if (process.getuid?.() !== 0) return 'mounting over other Pythons and the checkout takes root'
  return existsSync('/usr/bin/setpriv') ? null : 'there is no setpriv'
}
