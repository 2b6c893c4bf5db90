import { existsSync } from 'node:fs'
import { digestOf } from '../lib/stamps.mjs'
import { provide } from '../../electron-runtime/provide.mjs'
import { readRuntime } from '../../electron-runtime/runtime.mjs'

/** @type {import('../lib/step.mjs').Step} */
export const electronRuntime = {
  id: 'electron-runtime',
  title: 'Electron runtime',
  inputs: () =>
    digestOf({
      texts: [process.platform, process.arch, process.versions.node, process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? ''],
      paths: ['scripts/electron-runtime', 'node_modules/electron/package.json'],
    }),
  holds() {
    const runtime = readRuntime()
    return runtime !== undefined && existsSync(runtime.executable)
  },
  async perform(report) {
    const runtime = await provide(report)
    return `Electron ${runtime.version} from ${runtime.source}`
  },
}
