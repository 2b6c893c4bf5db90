/** Which process a sidecar ran in, on disk: when everything was killed, the next launch ends that orphan and no other process. */
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import type { SidecarName } from '../contract/generated/events'
import { killTree } from './kill-tree'
import { processStartTime, processStartTimeNow } from './process-start-time'

const recordSchema = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(2)), startTime: v.string() })
type ProcessRecord = v.InferOutput<typeof recordSchema>

/** Null for half of a record: nothing can be said about any process. Throws SyntaxError for what is no JSON. */
function parseRecord(text: string): ProcessRecord | null {
  const parsed = v.safeParse(recordSchema, JSON.parse(text))
  return parsed.success ? parsed.output : null
}

/** Pids of the sidecars that were recorded in `folder` and run now. */
export function runningSidecars(folder: string): number[] {
  return (['search-server', 'audio-processor'] satisfies SidecarName[]).flatMap((name) => {
    try {
      const record = parseRecord(readFileSync(path.join(folder, `${name}.json`), 'utf8'))
      return record !== null && processStartTimeNow(record.pid) === record.startTime ? [record.pid] : []
    } catch {
      // No record, or one that says nothing.
      return []
    }
  })
}

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

  private async read(): Promise<ProcessRecord | null> {
    try {
      return parseRecord(await readFile(this.file, 'utf8'))
    } catch {
      // No record, or one that says nothing.
      return null
    }
  }
}
