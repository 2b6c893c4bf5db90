/** What one story of the end-to-end tests stands on: its own folders and applications, all ended and deleted after it. */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AppWindow } from '../support/app-window'
import { RunningApp, temporaryFolder, type LaunchOptions } from '../support/app'
import { sampleLibrary } from '../support/checkout'
import { started } from '../support/library-status'
import { killHard, tree } from '../support/processes'

export interface OpenApp {
  app: RunningApp
  window: AppWindow
}

export class Stage {
  private readonly apps: RunningApp[] = []
  private constructor(private readonly base: Awaited<ReturnType<typeof temporaryFolder>>) {}

  static async open(name: string): Promise<Stage> {
    return new Stage(await temporaryFolder(name))
  }

  get dataDirectory(): string {
    return path.join(this.base.path, 'data')
  }

  async folder(...names: string[]): Promise<string> {
    const folder = path.join(this.base.path, ...names)
    await mkdir(folder, { recursive: true })
    return folder
  }

  /** A folder with these files of the sample library, without its subfolders. */
  async samples(name: string, files: string[]): Promise<string> {
    const folder = await this.folder(name)
    for (const file of files) await cp(path.join(sampleLibrary, file), path.join(folder, path.basename(file)))
    return folder
  }

  async launch(options: Partial<LaunchOptions> = {}): Promise<OpenApp> {
    const open = await this.launchWithoutWaiting(options)
    await started(open.app.window)
    return open
  }

  /** The window is there, and perhaps no sidecar yet. */
  async launchWithoutWaiting(options: Partial<LaunchOptions> = {}): Promise<OpenApp> {
    await mkdir(options.dataDirectory ?? this.dataDirectory, { recursive: true })
    const app = await RunningApp.start({ dataDirectory: this.dataDirectory, ...options })
    this.apps.push(app)
    return { app, window: new AppWindow(app.window) }
  }

  async end(): Promise<void> {
    for (const app of this.apps) {
      if (app.runs) await app.quit()
      killHard(tree(app.main.pid))
    }
    await this.base.remove()
  }
}

/** Notes of a few paragraphs, each with a word of its own, `note<number>word`. */
export async function writeNotes(folder: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const paragraphs = [1, 2, 3, 4, 5, 6].map(
      (part) => `Part ${part} of note ${number}. The lighthouse keeper counted ${number * part} ships before the fog came in.`,
    )
    await writeFile(path.join(folder, `note ${number}.txt`), `note${number}word\n\n${paragraphs.join('\n\n')}\n`)
  }
}

