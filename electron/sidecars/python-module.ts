import { PythonShell } from 'python-shell'
import { sidecarProcess } from './child-streams'
import type { LaunchPlan, SidecarProcess } from './sidecar-process'

/** `python -m <module> <args>` with python-shell. */
export function launchPythonModule(module: string, args: string[], { python, flags = [], cwd, env }: LaunchPlan): SidecarProcess {
  // Binary mode leaves stdout to the line protocol, which limits and validates what it reads.
  const shell = new PythonShell(module, { mode: 'binary', pythonPath: python, pythonOptions: [...flags, '-m'], args, cwd, env, windowsHide: true })
  // PythonShell reports a child that failed a second time, as an 'error' of its own; the exit says it already.
  shell.on('error', () => undefined)
  return sidecarProcess(shell.childProcess)
}
