/** Which process a sidecar ran in, on disk: when everything was killed, the next launch ends that orphan and no other process. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import type { SidecarName } from '../contract/generated/events'
import { killTree } from './kill-tree'
import { processStartTime } from './process-start-time'

const recordSchema = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(2)), startTime: v.string() })

export class OrphanRecord {
  private readonly file: string

  constructor(folder: string, name: SidecarName) {
    this.file = path.join(folder, `${name}.json`)
  }

  async write(pid: number): Promise<void> {
    const startTime = await processStartTime(pid)
    if (startTime === null) return
    await mkdir(path.dirname(this.file), { recursive: true })
    const temporary = `${this.file}.${process.pid}.tmp`
    await writeFile(temporary, JSON.stringify({ pid, startTime }))
    await rename(temporary, this.file)
  }

  async clear(): Promise<void> {
    // Recursive: whatever somebody has put there must not keep the next record from its place.
    await rm(this.file, { force: true, recursive: true })
  }

  /** The pid that was ended, or null when there was no orphan. */
  async endOrphan(): Promise<number | null> {
    const record = await this.read()
    if (record === null) {
      await this.clear()
      return null
    }
    const isTheSame = (await processStartTime(record.pid)) === record.startTime
    if (isTheSame) {
      await killTree(record.pid)
      await this.waitUntilGone(record.pid, record.startTime)
    }
    await this.clear()
    return isTheSame ? record.pid : null
  }

  /** Until the kernel has closed its files: the database is free only then. */
  private async waitUntilGone(pid: number, startTime: string): Promise<void> {
    for (let attempt = 0; attempt < 40 && (await processStartTime(pid)) === startTime; attempt += 1) await delay(50)
  }

  private async read(): Promise<v.InferOutput<typeof recordSchema> | null> {
    try {
      const parsed = v.safeParse(recordSchema, JSON.parse(await readFile(this.file, 'utf8')))
      return parsed.success ? parsed.output : null
    } catch {
      // No record, or half of one: nothing can be said about any process.
      return null
    }
  }
}
