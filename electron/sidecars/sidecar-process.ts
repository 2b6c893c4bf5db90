import type { Readable } from 'node:stream'

export interface ProcessEnd {
  code: number | null
  signal: string | null
  /** Set when the process could not be started at all. */
  error?: string
}

/** A running sidecar, whichever library started it. */
export interface SidecarProcess {
  readonly pid: number | undefined
  readonly stdout: Readable
  readonly stderr: Readable
  /** Writes a line; a child that is already gone is not an error. */
  send(line: string): void
  /** End of file on stdin tells the child that its parent is gone. */
  closeInput(): void
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>
}

export interface LaunchPlan {
  python: string
  /** Options of the interpreter itself. */
  flags?: readonly string[]
  /** The folder that holds `backend/`. */
  cwd: string
  env: NodeJS.ProcessEnv
}

export type Launcher = (plan: LaunchPlan) => SidecarProcess

export function describeEnd(end: ProcessEnd): string {
  if (end.error !== undefined) return `It could not be started: ${end.error}`
  return end.signal === null ? `It ended with exit code ${end.code ?? 'unknown'}.` : `It was ended by ${end.signal}.`
}
