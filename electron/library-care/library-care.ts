/** Care of the library as a whole, one task at a time: backup while everything runs; restore and recovery while both sidecars stand still. */
import { performance } from 'node:perf_hooks'
import type { CareTask, LibraryCareEnded, Problem, SidecarName } from '../contract/generated/events'
import type { RelayEvent, SidecarStatus } from '../contract/relay'
import { appClosing, problem, ProblemError } from '../problem'
import type { Sidecars } from '../sidecars/sidecars'
import { cancelled, type CareRun, type RunCare } from './care-run'

export interface LibraryCareOptions {
  run: RunCare
  publish: (event: RelayEvent) => void
  /** As published last. */
  statuses: () => readonly SidecarStatus[]
  sidecars: Pick<Sidecars, 'start' | 'stop' | 'restart'>
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number
}

interface Work {
  task: CareTask
  /** null while the sidecars are being stopped and started. */
  run: CareRun | null
  finished: Promise<LibraryCareEnded>
}

/** What a sidecar says of a library that it cannot use, and that a recovery can mend. */
const recoverable = new Set(['library-damaged', 'library-missing', 'library-moved'])

/** Milliseconds in which one recovery without a person's word must be enough. */
const automaticInterval = 10 * 60_000

const busy = problem('library-busy', 'Something else is being done with the library.', { nextStep: 'Wait until it has ended.' })

export class LibraryCare {
  private work: Work | null = null
  private lastAutomatic: number | null = null
  private stopped = false
  private readonly now: () => number

  constructor(private readonly options: LibraryCareOptions) {
    this.now = options.now ?? (() => performance.now())
  }

  /** Throws a ProblemError when no task may begin now. */
  assertIdle(): void {
    if (this.stopped) throw new ProblemError(appClosing)
    if (this.work !== null) throw new ProblemError(busy)
  }

  /** A copy of the library as of one moment, in one file. Rejects with a ProblemError when another task is under way, like the next two. */
  backup(file: string): Promise<LibraryCareEnded> {
    return this.begin('backup', ['--to', file])
  }

  cancelBackup(): void {
    if (this.work?.task === 'backup') this.work.run?.cancel()
  }

  /** Resolves when the sidecars have been started again, whatever came of it. */
  restore(file: string): Promise<LibraryCareEnded> {
    return this.begin('restore', ['--from', file])
  }

  recover(): Promise<LibraryCareEnded> {
    return this.begin('recover', [])
  }

  /** A person's word: the library may be recovered again, if that is what keeps the sidecar from its work. */
  restart(name: SidecarName): void {
    // They are started by themselves when it is done.
    if (this.work !== null && this.work.task !== 'backup') return
    this.lastAutomatic = null
    this.options.sidecars.restart(name)
  }

  /** A library that cannot be used is recovered without a person's word, once: both sidecars say it, and it may not have helped. */
  heardOf({ state, problem: reason }: SidecarStatus): void {
    if (state === 'failed') this.recoverFrom(reason)
  }

  private recoverFrom(reason: Problem | null): void {
    if (reason === null || !recoverable.has(reason.code)) return
    if (this.stopped || this.work !== null) return
    if (this.lastAutomatic !== null && this.now() - this.lastAutomatic < automaticInterval) return
    this.lastAutomatic = this.now()
    void this.recover()
  }

  /** Resolves when no process of its own is left, and starts none after that. A backup is cancelled; the others are short, and waited for. */
  async stop(): Promise<void> {
    this.stopped = true
    this.cancelBackup()
    await this.work?.finished
  }

  private async begin(task: CareTask, args: string[]): Promise<LibraryCareEnded> {
    this.assertIdle()
    const work: Work = { task, run: null, finished: Promise.resolve(cancelled(task)) }
    this.work = work
    work.finished = this.perform(work, args)
    const ended = await work.finished
    // A backup reads every page, and may be the first to find damage.
    if (task === 'backup' && ended.outcome === 'failed') this.recoverFrom(ended.problem)
    // What a sidecar said in the meantime.
    for (const status of this.options.statuses()) this.heardOf(status)
    return ended
  }

  private async perform(work: Work, args: string[]): Promise<LibraryCareEnded> {
    const { publish, sidecars, run } = this.options
    const { task } = work
    const standsStill = task !== 'backup'
    publish({ type: 'library-care-changed', task })
    try {
      if (standsStill) await sidecars.stop()
      if (!this.stopped) work.run = run(task, args, publish)
      const ended = (await work.run?.ended) ?? cancelled(task)
      publish(ended)
      return ended
    } finally {
      if (standsStill && !this.stopped) await sidecars.start()
      this.work = null
      publish({ type: 'library-care-changed', task: null })
    }
  }
}
