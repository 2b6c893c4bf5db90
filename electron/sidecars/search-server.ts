import { execa } from 'execa'
import { sidecarProcess } from './child-streams'
import type { Launcher } from './sidecar-process'

export const launchSearchServer: Launcher = ({ python, cwd, env }) => {
  const child = execa(python, ['-m', 'backend.search.search_server'], {
    cwd,
    env,
    extendEnv: false,
    stdio: ['pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    windowsHide: true,
  })
  return sidecarProcess(child)
}
