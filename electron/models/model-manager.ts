/** The models of this machine: which are there, and every work on them, one at a time for each model. */
import type { EngineState, EngineStatus, ModelDownloadEnded, ModelId, ModelState, Problem } from '../contract/generated/events'
import type { ImportSummary } from '../contract/ipc'
import type { ModelWork, RelayEvent } from '../contract/relay'
import { appClosing, problem, ProblemError } from '../problem'
import type { CommandRun, RunEnd } from '../sidecars/command-run'
import type { ModelEvent, RunDownloader } from './downloader-run'

export interface ModelManagerOptions {
  run: RunDownloader
  publish: (event: RelayEvent) => void
  /** As published last; null before the first look. */
  stateOf: (model: ModelId) => ModelState | null
  /** As published last; null before anything was said of it. */
  engineOf: (model: ModelId) => EngineState | null
  /** The files that a sidecar had loaded are others now, or gone. */
  reload: (model: ModelId) => void
}

interface Work {
  kind: ModelWork
  run: CommandRun
  stateBefore: ModelState | null
  loadedBefore: boolean
}

/** How a work ended: `ended` is the terminal event of a download or import, `failure` why it failed. */
interface Outcome {
  failure: Problem | null
  ended: ModelDownloadEnded | null
}

const allModels: readonly ModelId[] = ['minilm', 'whisper-base', 'yamnet']
const busy = problem('model-busy', 'Something else is being done with this model.', { nextStep: 'Wait until it has ended, or cancel it.' })
const importBusy = problem('import-busy', 'Models are being imported already.', { nextStep: 'Wait until that import has ended.' })
const exportBusy = problem('export-busy', 'Models are being exported already.', { nextStep: 'Wait until that export has ended.' })

const unexpected: Record<ModelWork | 'export', string> = {
  download: 'The download of this model ended unexpectedly.',
  import: 'The import of this model ended unexpectedly.',
  export: 'The export ended unexpectedly.',
  verify: 'The check of this model ended unexpectedly.',
  remove: 'The removal of this model ended unexpectedly.',
}

export class ModelManager {
  private readonly works = new Map<ModelId, Work>()
  private readonly runs = new Set<CommandRun>()
  private importing: CommandRun | null = null
  private exporting: CommandRun | null = null
  private looking: Promise<void> | null = null
  private stopped = false

  constructor(private readonly options: ModelManagerOptions) {}

  /** Reads which models are there, by size and marker. */
  look(): Promise<void> {
    this.looking ??= this.readStatus(allModels).finally(() => (this.looking = null))
    return this.looking
  }

  /** A sidecar sees another state of the models directory than was read: someone else put a model there, or took it. */
  heardOf({ engine, state }: EngineStatus): void {
    const known = this.options.stateOf(engine)
    if (known === null || this.works.has(engine)) return
    if ((state === 'missing') === (known === 'present')) void this.look()
  }

  download(model: ModelId): void {
    this.begin(model, 'download', ['download', '--only', model])
  }

  verify(model: ModelId): void {
    this.begin(model, 'verify', ['verify', '--only', model])
  }

  remove(model: ModelId): void {
    this.begin(model, 'remove', ['remove', model])
  }

  /** Ends whatever is done with the model now. */
  cancel(model: ModelId): void {
    this.works.get(model)?.run.cancel()
  }

  /** Nothing may go out any more. */
  cancelDownloads(): void {
    for (const { kind, run } of this.works.values()) if (kind === 'download') run.cancel()
  }

  /** Rejects with a ProblemError when the path offers nothing, or another import runs. */
  async importFrom(path: string): Promise<ImportSummary> {
    if (this.stopped) throw new ProblemError(appClosing)
    if (this.importing !== null) throw new ProblemError(importBusy)
    const summary: ImportSummary = { installed: [], failed: [], cancelled: [] }
    const open = new Set<ModelId>()
    const finishing: Promise<void>[] = []
    const outcome: Outcome = { failure: null, ended: null }
    const run = this.start(['import', path], (event) => {
      switch (event.type) {
        case 'error':
          outcome.failure = event.problem
          return
        case 'model-download-progress':
          // A model that is being downloaded shows its download: the import waits for it.
          if (!this.works.has(event.model)) {
            open.add(event.model)
            this.register(event.model, 'import', run)
          }
          if (open.has(event.model)) this.options.publish(event)
          return
        case 'model-download-ended':
          summary[event.outcome].push(event.model)
          if (open.delete(event.model)) finishing.push(this.finish(event.model, { failure: event.problem, ended: event }))
          return
        default:
          return
      }
    })
    this.importing = run
    const end = await run.ended
    this.importing = null
    for (const model of open) {
      summary[end.cancelled ? 'cancelled' : 'failed'].push(model)
      finishing.push(this.finish(model, { failure: end.cancelled ? null : unexpectedEnd('import', end), ended: null }))
    }
    await Promise.all(finishing)
    if (outcome.failure !== null) throw new ProblemError(outcome.failure)
    if (end.code === null && !end.cancelled && finishing.length === 0) throw new ProblemError(unexpectedEnd('import', end))
    return summary
  }

  /** The file when it is written whole, null when that was cancelled. Rejects with a ProblemError. */
  async exportTo(file: string, models: readonly ModelId[]): Promise<string | null> {
    if (this.stopped) throw new ProblemError(appClosing)
    if (this.exporting !== null) throw new ProblemError(exportBusy)
    const outcome: Outcome = { failure: null, ended: null }
    const run = this.start(['export', file, ...only(models)], (event) => {
      if (event.type === 'error') outcome.failure = event.problem
      if (event.type === 'model-export-progress') this.options.publish(event)
    })
    this.exporting = run
    this.options.publish({ type: 'model-export-changed', file })
    const end = await run.ended
    this.exporting = null
    this.options.publish({ type: 'model-export-changed', file: null })
    if (end.code === 0) return file
    if (end.cancelled) return null
    throw new ProblemError(outcome.failure ?? unexpectedEnd('export', end))
  }

  cancelExport(): void {
    this.exporting?.cancel()
  }

  /** Resolves when no process is left. What has arrived is kept for the next time. */
  async stop(): Promise<void> {
    this.stopped = true
    const runs = [...this.runs]
    for (const run of runs) run.cancel()
    await Promise.all(runs.map(({ ended }) => ended))
  }

  private start(args: string[], onEvent: (event: ModelEvent) => void): CommandRun {
    const run = this.options.run(args, onEvent)
    this.runs.add(run)
    void run.ended.then(() => this.runs.delete(run))
    return run
  }

  private begin(model: ModelId, kind: ModelWork, args: string[]): void {
    const present = this.works.get(model)
    if (present?.kind === kind || this.stopped) return
    if (present !== undefined) throw new ProblemError(busy)
    const outcome: Outcome = { failure: null, ended: null }
    const run = this.start(args, (event) => {
      if (event.type === 'model-download-ended') Object.assign(outcome, { ended: event, failure: event.problem })
      else if (event.type === 'error') outcome.failure = event.problem
      else this.options.publish(event)
    })
    this.register(model, kind, run)
    void run.ended.then((end) => {
      if (kind === 'download') outcome.ended ??= endOfDownload(model, end)
      outcome.failure ??= outcome.ended?.problem ?? null
      if (end.code === null && !end.cancelled) outcome.failure ??= unexpectedEnd(kind, end)
      return this.finish(model, outcome)
    })
  }

  /** Whether a sidecar has loaded, or tried to load, the files that are there. */
  private hasTried(model: ModelId): boolean {
    const state = this.options.engineOf(model)
    return state === 'loading' || state === 'ready' || state === 'failed'
  }

  private register(model: ModelId, kind: ModelWork, run: CommandRun): void {
    this.works.set(model, { kind, run, stateBefore: this.options.stateOf(model), loadedBefore: this.hasTried(model) })
    this.options.publish({ type: 'model-work-changed', model, work: kind, failure: null })
  }

  /** The state first and then the end, so that nobody sees a finished work beside an old state. */
  private async finish(model: ModelId, { failure, ended }: Outcome): Promise<void> {
    const work = this.works.get(model)
    if (work?.kind !== 'verify') await this.readStatus([model])
    this.works.delete(model)
    if (ended !== null) this.options.publish(ended)
    this.options.publish({ type: 'model-work-changed', model, work: null, failure })
    const others = ended?.outcome === 'installed' || work?.kind === 'remove'
    // A sidecar that was started meanwhile has tried what was there then.
    const isLoaded = work?.loadedBefore === true || this.options.engineOf(model) === 'failed'
    if (others && isLoaded && (work?.stateBefore !== 'present' || this.options.stateOf(model) !== 'present')) this.options.reload(model)
  }

  private async readStatus(models: readonly ModelId[]): Promise<void> {
    if (this.stopped) return
    const unseen = new Set(models)
    const run = this.start(['status', ...only(models)], (event) => {
      if (event.type !== 'model-status') return
      unseen.delete(event.model)
      this.options.publish(event)
    })
    const end = await run.ended
    if (end.cancelled) return
    const failure = problem('models-not-read', 'Whether this model is on this computer could not be read.', { nextStep: 'Try again, or restart the app.', detail: end.detail })
    for (const model of unseen) this.options.publish({ type: 'model-work-changed', model, work: this.works.get(model)?.kind ?? null, failure })
  }
}

function only(models: readonly ModelId[]): string[] {
  return models.flatMap((model) => ['--only', model])
}

function unexpectedEnd(kind: ModelWork | 'export', end: RunEnd): Problem {
  return problem('downloader-ended', unexpected[kind], { nextStep: 'Try again; what has arrived is kept.', detail: end.detail })
}

/** For a process that was ended before it could say how. */
function endOfDownload(model: ModelId, end: RunEnd): ModelDownloadEnded {
  if (end.cancelled) return { type: 'model-download-ended', model, outcome: 'cancelled', message: 'Cancelled; what has arrived is kept for the next time.', problem: null }
  const failure = unexpectedEnd('download', end)
  return { type: 'model-download-ended', model, outcome: 'failed', message: failure.message, problem: failure }
}
