import { mkdirSync, mkdtempSync, copyFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, VENV_PYTHON } from '../bootstrap/lib/paths.mjs'
import { run } from '../bootstrap/lib/run.mjs'
import { resolveElectron } from '../electron-runtime/resolve.mjs'
import { startXvfb } from '../electron-runtime/xvfb.mjs'

/**
 * `npm run icons`: every icon of the installed app out of the one drawing, build-resources/icon.svg. Their results are
 * committed, since electron-builder would otherwise fetch a converter from the network.
 */
const RESOURCES = join(ROOT, 'build-resources')
const LINUX = [16, 24, 32, 48, 64, 128, 256, 512]
const LARGEST = 1024

const work = mkdtempSync(join(tmpdir(), 'contentcache-icons-'))
const electron = resolveElectron()
const display = electron.hasDisplay ? undefined : await startXvfb({ width: LARGEST, height: LARGEST })
try {
  const sizes = [...LINUX, LARGEST]
  const args = [...electron.args, join(ROOT, 'scripts', 'icons', 'draw.cjs'), '--', join(RESOURCES, 'icon.svg'), ...sizes.map(String), work]
  await run(electron.executable, args, { env: { ...electron.env, ...(display && { DISPLAY: display.display }) } })
  mkdirSync(join(RESOURCES, 'icons'), { recursive: true })
  for (const size of LINUX) copyFileSync(join(work, `${size}x${size}.png`), join(RESOURCES, 'icons', `${size}x${size}.png`))
  await run(VENV_PYTHON, [join(ROOT, 'scripts', 'icons', 'containers.py'), work, RESOURCES])
} finally {
  await display?.stop()
  rmSync(work, { recursive: true })
}
