/** Holds the tortured library against the disk, and against a library of the same files that nothing happened to. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { python, root as checkout } from '../../test/support/checkout'
import { integrity } from '../../test/support/library-file'
import type { Eye } from './eye'
import { wordOf } from './words'

/** One row of the items table, as library_report.py tells it. */
export interface ReportedFile {
  root: string
  path: string
  state: string
  problem: string | null
  jobs: number
  names: number
  segments: number
  embeddings: number
  repeated: number
  /** Digest of everything that can be found in it. */
  content: string
}

export interface LibraryReport {
  files: ReportedFile[]
  /** Rows and pictures that belong to no file, by their table. */
  loose: Record<string, number>
}

export async function reportOf(dataDirectory: string): Promise<LibraryReport> {
  const args = ['-m', 'scripts.torture.library_report', dataDirectory]
  const { stdout } = await promisify(execFile)(python, args, { cwd: checkout, maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout) as LibraryReport
}

/** In words; empty lists when all is as it has to be. */
export interface Verdict {
  lost: string[]
  doubled: string[]
  other: string[]
}

/** `disk`: the absolute paths of all files. */
export function compare(disk: string[], tortured: LibraryReport, undisturbed: LibraryReport): Verdict {
  const verdict: Verdict = { lost: [], doubled: [], other: [] }
  const found = byPath(tortured.files)
  const expected = byPath(undisturbed.files)
  for (const file of disk) {
    const rows = found.get(file) ?? []
    const [row] = rows
    const wanted = expected.get(file)?.[0]
    if (wanted === undefined || wanted.state === 'failed') verdict.other.push(`${file}: not even undisturbed: ${wanted?.problem ?? ''}`)
    else if (row === undefined) verdict.lost.push(`${file}: not in the library`)
    else if (rows.length > 1) verdict.doubled.push(`${file}: ${rows.length} times in the library`)
    else {
      verdict.lost.push(...losses(row, wanted).map((what) => `${file}: ${what}`))
      verdict.doubled.push(...doubles(row, wanted).map((what) => `${file}: ${what}`))
    }
    if ((row?.jobs ?? 0) > 0) verdict.other.push(`${file}: a job is left`)
  }
  const present = new Set(disk)
  for (const file of found.keys()) if (!present.has(file)) verdict.doubled.push(`${file}: in the library, but not on disk`)
  for (const [table, rows] of Object.entries(tortured.loose)) if (rows > 0) verdict.other.push(`${rows} ${table} belong to no file`)
  return verdict
}

/** A machine without Whisper has recordings that wait for it, in both libraries. */
function losses(row: ReportedFile, wanted: ReportedFile): string[] {
  if (row.state !== wanted.state) return [`${row.state} ${row.problem ?? ''}, undisturbed ${wanted.state}`]
  if (row.segments < wanted.segments) return [`${row.segments} segments, undisturbed ${wanted.segments}`]
  if (row.segments === wanted.segments && row.content !== wanted.content) return ['what is found in it is not what is found undisturbed']
  return row.embeddings < wanted.embeddings ? [`${row.embeddings} embeddings, undisturbed ${wanted.embeddings}`] : []
}

function doubles(row: ReportedFile, wanted: ReportedFile): string[] {
  if (row.segments > wanted.segments) return [`${row.segments} segments, undisturbed ${wanted.segments}`]
  if (row.repeated > wanted.repeated) return [`${row.repeated} segments stand in it twice`]
  return row.names === 1 ? [] : [`${row.names} segments with its name`]
}

function byPath(files: ReportedFile[]): Map<string, ReportedFile[]> {
  const grouped = new Map<string, ReportedFile[]>()
  for (const file of files) {
    const absolute = path.join(file.root, file.path)
    grouped.set(absolute, [...(grouped.get(absolute) ?? []), file])
  }
  return grouped
}

/** Every word that only one file holds finds this file and no other. */
export async function search(eye: Eye, disk: string[]): Promise<Verdict & { searched: number }> {
  const verdict = { lost: [] as string[], doubled: [] as string[], other: [] as string[], searched: 0 }
  for (const file of disk) {
    const word = wordOf(file)
    if (word === null) continue
    verdict.searched += 1
    const names = (await eye.find(`"${word}"`)).map(({ item }) => item.name)
    if (!names.includes(path.basename(file))) verdict.lost.push(`"${word}" does not find ${file}, but ${names.join(', ') || 'nothing'}`)
    else if (names.length > 1) verdict.doubled.push(`"${word}" finds ${names.join(', ')}`)
  }
  return verdict
}

export async function brokenFile(dataDirectory: string): Promise<string[]> {
  const said = await integrity(dataDirectory)
  return said === 'ok' ? [] : [`library.db: ${said}`]
}
