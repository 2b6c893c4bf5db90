import { execa } from 'execa'
import { sidecarProcess } from './child-streams'
import type { Launcher } from './sidecar-process'

export const launchSearchServer: Launcher = ({ python, flags = [], cwd, env }) => {
  const child = execa(python, [...flags, '-m', 'backend.search.search_server'], {
    cwd,
    env,
    extendEnv: false,
    stdio: ['pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    windowsHide: true,
  })
  // execa's promise rejects for a program that does not exist, and nobody else waits for it: the 'error' event says the same.
  child.catch(() => undefined)
  return sidecarProcess(child)
}
