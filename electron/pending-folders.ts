import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import * as v from 'valibot'
import { writeAtomically } from './atomic-file'
import type { Log } from './log/log'
import { appClosing, messageOf, ProblemError } from './problem'

const fileSchema = v.object({ folders: v.array(v.string()) })

/**
 * Folders that were chosen and of which the search engine has not said yet whether it takes them, on disk: it may still be starting, and whoever quits
 * before it has, or whose machine loses its power, has chosen them all the same. The next window asks for them again.
 */
export class PendingFolders<Taken> {
  private readonly folders: Set<string>
  private readonly running = new Map<string, Promise<Taken>>()
  private writing = Promise.resolve()

  constructor(
    private readonly file: string,
    private readonly log: Log,
  ) {
    this.folders = new Set(read(file, log))
  }

  get(): string[] {
    return [...this.folders]
  }

  /** Kept until `take` has come to an end other than that of the app. Asked twice for one folder, it is asked for once. */
  keepUntil(folder: string, take: () => Promise<Taken>): Promise<Taken> {
    const running = this.running.get(folder) ?? this.run(folder, take)
    this.running.set(folder, running)
    return running
  }

  private async run(folder: string, take: () => Promise<Taken>): Promise<Taken> {
    try {
      this.folders.add(folder)
      await this.write()
      const taken = await take()
      await this.forget(folder)
      return taken
    } catch (error) {
      const isKept = error instanceof ProblemError && error.problem.code === appClosing.code
      if (!isKept) await this.forget(folder)
      throw error
    } finally {
      this.running.delete(folder)
    }
  }

  private forget(folder: string): Promise<void> {
    this.folders.delete(folder)
    return this.write()
  }

  /** One after the other. Where it cannot be written the folder is added all the same. */
  private write(): Promise<void> {
    this.writing = this.writing
      .then(() => (this.folders.size === 0 ? rm(this.file, { force: true }) : writeAtomically(this.file, JSON.stringify({ folders: this.get() }))))
      .catch((error: unknown) => this.log.warn(`Which folders are still to be added was not written down: ${messageOf(error)}`))
    return this.writing
  }
}

function read(file: string, log: Log): string[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // Nothing was left to be added.
    return []
  }
  try {
    return v.parse(fileSchema, JSON.parse(text)).folders
  } catch (error) {
    log.warn(`Which folders were still to be added cannot be read: ${messageOf(error)}`)
    return []
  }
}
