/** The same package under another version: what an upgrade looks like, without making the app again. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { createPackage, extractAll } from '@electron/asar'

const run = promisify(execFile)

/**
 * @param deb the package
 * @param version of the new one, also in the app's own manifest
 * @param file the new one
 */
export async function repack(deb: string, version: string, file: string): Promise<void> {
  const [stage, shell] = [`${file}.stage`, `${file}.shell`]
  await run('dpkg-deb', ['--raw-extract', deb, stage])
  const control = path.join(stage, 'DEBIAN', 'control')
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`))
  const archive = path.join(stage, 'opt', 'ContentCache', 'resources', 'app.asar')
  extractAll(archive, shell)
  const manifest = path.join(shell, 'package.json')
  writeFileSync(manifest, JSON.stringify({ ...(JSON.parse(readFileSync(manifest, 'utf8')) as object), version }))
  await createPackage(shell, archive)
  await run('dpkg-deb', ['--root-owner-group', '-Znone', '--build', stage, file])
  for (const folder of [stage, shell]) rmSync(folder, { recursive: true })
}
