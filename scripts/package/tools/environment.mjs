import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { carryOut } from '../../bootstrap/lib/step.mjs'
import { appImageTools } from './appimage-tools.mjs'
import { findProgram } from './system-tools.mjs'

const FPM = fileURLToPath(new URL('fpm.mjs', import.meta.url))

/**
 * Tell electron-builder of the tools that are here, so that it does not fetch its own. What is configured from outside stays.
 * @param {string[]} targets
 * @param {string} tools
 * @param {boolean} release
 */
export async function announceTools(targets, tools, release) {
  // Its own level, the highest, takes a quarter of an hour for these gigabytes.
  if (!release) process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'] ??= '1'
  if (process.platform !== 'linux') return
  const sevenZip = findProgram(['7za', '7zz'])
  if (sevenZip !== undefined) process.env['ELECTRON_BUILDER_7ZIP_PATH'] ??= sevenZip
  process.env['CUSTOM_FPM_PATH'] ??= FPM
  if (!targets.includes('AppImage') || process.env['APPIMAGE_TOOLS_PATH'] !== undefined) return
  const folder = join(tools, 'appimage')
  await carryOut({
    id: 'package-appimage-tools',
    title: 'AppImage tools',
    async perform(report) {
      await appImageTools(folder, release, report)
      return "Debian's, with the runtime of the stand-in's image"
    },
  })
  process.env['APPIMAGE_TOOLS_PATH'] = folder
}
