import { PythonShell } from 'python-shell'
import { sidecarProcess } from './child-streams'
import type { Launcher } from './sidecar-process'

export const launchAudioProcessor: Launcher = ({ python, cwd, env }) => {
  // Binary mode leaves stdout to the line protocol, which limits and validates what it reads.
  const shell = new PythonShell('backend.processing.audioprocessor', {
    mode: 'binary',
    pythonPath: python,
    pythonOptions: ['-m'],
    cwd,
    env,
    windowsHide: true,
  })
  // PythonShell reports a child that failed a second time, as an 'error' of its own; the exit says it already.
  shell.on('error', () => undefined)
  return sidecarProcess(shell.childProcess)
}
