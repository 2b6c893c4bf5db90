/** What people are given, beside the unpacked app that it was made of. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { differences, treeDigest } from '../../scripts/package/tree-digest.mjs'
import { root } from '../support/checkout'
import { unpacked } from './installation'
import packageJson from '../../package.json'

const run = promisify(execFile)

export type Format = 'tar.gz' | 'AppImage' | 'deb'

const architectures = { 'tar.gz': 'x64', AppImage: 'x86_64', deb: 'amd64' } satisfies Record<Format, string>

export function fileOf(format: Format): string {
  return path.join(path.dirname(unpacked), `ContentCache-${packageJson.version}-linux-${architectures[format]}.${format}`)
}

/** Why there is nothing to test, or null. */
export function noFile(format: Format): string | null {
  const file = fileOf(format)
  return existsSync(file) ? null : `there is no ${path.relative(root, file)}: npm run package -- --target ${format}`
}

/** Unpacked as a person would; the folder that the app is in. */
export async function unpack(format: 'tar.gz' | 'AppImage', into: string): Promise<string> {
  const file = fileOf(format)
  mkdirSync(into, { recursive: true })
  if (format === 'tar.gz') {
    await run('tar', ['--extract', '--gzip', '--no-same-owner', '--file', file, '--directory', into])
    return path.join(into, path.basename(file, '.tar.gz'))
  }
  // Its own --appimage-extract makes every folder for nobody but the one who unpacks.
  const offset = (await run(file, ['--appimage-offset'])).stdout.trim()
  const app = path.join(into, 'ContentCache')
  await run('unsquashfs', ['-quiet', '-no-progress', '-offset', offset, '-dest', app, file])
  return app
}

/** What electron-builder lays into the unpacked app while it makes a format: what it makes at the same time may lack that. */
const ofOneFormat = ['apparmor-profile', 'package-type', 'app-update.yml'].map((name) => `resources/${name}`)

/** In what an app differs from the unpacked one, a line a file; `added` belongs to its format. */
export function changesIn(app: string, added = /^$/): string[] {
  const [expected, found] = [treeDigest(unpacked), treeDigest(app)]
  for (const file of ofOneFormat) for (const tree of [expected, found]) tree.delete(file)
  for (const file of found.keys()) if (added.test(file)) found.delete(file)
  return differences(expected, found)
}
