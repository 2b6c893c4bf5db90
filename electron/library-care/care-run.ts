/** One run of `python -m backend.library.care`: a backup, a restore or a recovery of the whole library. */
import type { CareTask, LibraryCareEnded, LibraryCareProgress, Problem, SidecarEvent } from '../contract/generated/events'
import type { Log } from '../log/log'
import { problem } from '../problem'
import { runCommand, type RunEnd } from '../sidecars/command-run'
import type { LaunchPlan } from '../sidecars/sidecar-process'

export interface CareRun {
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<LibraryCareEnded>
  /** A backup leaves no half file. */
  cancel(): void
}

export type RunCare = (task: CareTask, args: string[], onProgress: (progress: LibraryCareProgress) => void) => CareRun

/** Milliseconds. It speaks twice a second; a disk that is asleep or torn out can hold everything up for a while. */
const defaultSilence = 120_000

/** Milliseconds. It gives itself ten seconds for what cannot be interrupted, and leaves nothing half-written if it may. */
const cancelTimeout = 15_000

const unexpected: Record<CareTask, { message: string; nextStep: string }> = {
  backup: { message: 'The backup ended unexpectedly.', nextStep: 'Try again; nothing half-written is kept.' },
  restore: { message: 'The restore ended unexpectedly.', nextStep: 'Try again. The library is as it was or as in the backup, never half of each.' },
  recover: { message: 'The repair of the library ended unexpectedly.', nextStep: 'Press Restart to try again. Your own files are not affected.' },
}

export function careRunner(plan: () => LaunchPlan, log: Log, longestSilence = defaultSilence): RunCare {
  return (task, args, onProgress) => {
    const heard: { ended: LibraryCareEnded | null; problem: Problem | null } = { ended: null, problem: null }
    const onEvent = (event: SidecarEvent): void => {
      if (event.type === 'library-care-progress') onProgress(event)
      else if (event.type === 'library-care-ended') heard.ended = event
      else if (event.type === 'error') heard.problem = event.problem
    }
    const run = runCommand({ name: 'library-care', module: 'backend.library.care', args: [task, ...args], plan, log, onEvent, longestSilence, cancelTimeout })
    return { ended: run.ended.then((end) => heard.ended ?? endWithoutWords(task, end, heard.problem)), cancel: () => run.cancel() }
  }
}

export function cancelled(task: CareTask): LibraryCareEnded {
  return { type: 'library-care-ended', task, outcome: 'cancelled', problem: null, file: null, folders: 0, kept: 0 }
}

/** For a process that was ended before it could say how. */
function endWithoutWords(task: CareTask, end: RunEnd, told: Problem | null): LibraryCareEnded {
  if (end.cancelled) return cancelled(task)
  const { message, nextStep } = unexpected[task]
  return { ...cancelled(task), outcome: 'failed', problem: told ?? problem('library-care-ended', message, { nextStep, detail: end.detail }) }
}
