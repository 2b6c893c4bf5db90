/** test/hub_double as a process: a local server that speaks the hubs' protocol and serves this machine's real models. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { modelsDirectory, python, root } from './checkout'

/** Fields of test/hub_double/faults.py; offsets in bytes of the answer. */
export interface Fault {
  path?: string
  times?: number
  status?: number
  headers?: Record<string, string>
  page?: string
  drop_at?: number
  truncate_at?: number
  stall_at?: number
  stall_for?: number
  corrupt_at?: number
}

export class HubDouble {
  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    readonly url: string,
    readonly manifest: string,
  ) {}

  /** `folder` takes the manifest; `rate` is in bytes a second of one answer. */
  static async start(folder: string, rate?: number): Promise<HubDouble> {
    const manifest = path.join(folder, 'manifest.json')
    const child = spawn(
      python,
      ['-m', 'hub_double', '--models', modelsDirectory, '--manifest', manifest, ...(rate === undefined ? [] : ['--rate', String(rate)])],
      { cwd: path.join(root, 'test'), env: { ...process.env, PYTHONPATH: root }, stdio: ['pipe', 'pipe', 'pipe'] },
    )
    child.stderr.pipe(process.stderr)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done === true) throw new Error('The double of the hubs did not start.')
    return new HubDouble(child, lines, first.value, manifest)
  }

  /** What makes an app take its models from here. */
  get environment(): Record<string, string> {
    return { CONTENTCACHE_MODELS_MANIFEST: this.manifest, HF_ENDPOINT: this.url, NO_PROXY: '127.0.0.1,localhost' }
  }

  throttle(rate: number | null): void {
    this.command({ rate })
  }

  fail(fault: Fault): void {
    this.command({ fault })
  }

  clearFaults(): void {
    this.command({ clear: true })
  }

  /** GET requests for paths that contain `part`, and bytes sent for them. */
  async fetched(part: string): Promise<{ requests: number; bytes: number }> {
    this.command({ fetched: part })
    const answer = await this.lines.next()
    return JSON.parse(String(answer.value)) as { requests: number; bytes: number }
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const ended = once(this.process, 'exit')
    this.process.stdin.end()
    await ended
  }

  private command(command: object): void {
    this.process.stdin.write(`${JSON.stringify(command)}\n`)
  }
}
