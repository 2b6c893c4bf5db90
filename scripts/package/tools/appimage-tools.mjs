import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../bootstrap/lib/run.mjs'
import { withStandInImage } from '../../electron-runtime/stand-in.mjs'
import { headOf } from '../lib/files.mjs'
import { findProgram } from './system-tools.mjs'

/**
 * The folder that electron-builder otherwise fetches from GitHub (`APPIMAGE_TOOLS_PATH`): Debian's programs, and the AppImage
 * runtime that the stand-in's own image begins with.
 * @param {string} folder
 * @param {boolean} release compressed as far as it goes
 * @param {import('../../bootstrap/lib/report.mjs').StepReport} report
 */
export async function appImageTools(folder, release, report) {
  const host = join(folder, 'linux-x64')
  const runtime = join(folder, 'runtime-x64')
  mkdirSync(host, { recursive: true })
  mkdirSync(join(folder, 'lib', 'x64'), { recursive: true })
  for (const name of ['mksquashfs', 'desktop-file-validate']) {
    const program = findProgram([name])
    const tool = join(host, name)
    rmSync(tool, { force: true })
    if (program === undefined) continue
    // Its usual level, the highest, takes minutes for these gigabytes.
    if (name === 'mksquashfs' && !release) writeFileSync(tool, `#!/bin/sh\nexec '${program}' "$@" -comp gzip -Xcompression-level 1\n`, { mode: 0o755 })
    else symlinkSync(program, tool)
  }
  if (existsSync(runtime)) return
  await withStandInImage(report, async (image) => {
    const offset = Number((await run(image, ['--appimage-offset'])).trim())
    writeFileSync(runtime, headOf(image, offset))
    chmodSync(runtime, 0o755)
  })
}
