import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../bootstrap/lib/run.mjs'
import { withStandInImage } from '../../electron-runtime/stand-in.mjs'
import { headOf } from '../lib/files.mjs'
import { findProgram } from './system-tools.mjs'

/**
 * The folder that electron-builder otherwise fetches from GitHub (`APPIMAGE_TOOLS_PATH`): Debian's programs, and the AppImage
 * runtime that the stand-in's own image begins with.
 * @param {string} folder
 * @param {import('../../bootstrap/lib/report.mjs').StepReport} report
 */
export async function appImageTools(folder, report) {
  const host = join(folder, 'linux-x64')
  const runtime = join(folder, 'runtime-x64')
  mkdirSync(host, { recursive: true })
  mkdirSync(join(folder, 'lib', 'x64'), { recursive: true })
  for (const name of ['mksquashfs', 'desktop-file-validate']) {
    const program = findProgram([name])
    if (program !== undefined && !existsSync(join(host, name))) symlinkSync(program, join(host, name))
  }
  if (existsSync(runtime)) return
  await withStandInImage(report, async (image) => {
    const offset = Number((await run(image, ['--appimage-offset'])).trim())
    writeFileSync(runtime, headOf(image, offset))
    chmodSync(runtime, 0o755)
  })
}
