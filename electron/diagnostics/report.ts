/** Facts about this app on this machine, as text that a person can paste into a report. Pure. */
import type { Problem } from '../contract/generated/events'
import type { ModelEntry, SidecarFailure, SidecarStatus, Snapshot } from '../contract/relay'
import { withoutHome, withoutSecrets, type Secrecy } from './redact'

export interface LogTail {
  name: string
  /** Newest last. */
  lines: string[]
}

export interface DiagnosticsFacts {
  /** Unix milliseconds. */
  at: number
  /** Of the app, Electron, Chrome and Node. */
  versions: Record<string, string>
  /** `linux x64` and the release of the system. */
  system: string
  locale: string
  dataDirectory: string
  /** Bytes on the disk of the data directory; null where the system does not say. */
  freeSpace: number | null
  /** Seconds since main was started. */
  uptime: number
  snapshot: Snapshot
  logs: LogTail[]
}

const longestLine = 1_000

export function diagnosticsReport(facts: DiagnosticsFacts, secrecy: Secrecy): string {
  const { snapshot } = facts
  const sections = [
    head(facts),
    ...snapshot.sidecars.map((sidecar) => sidecarSection(sidecar, facts.at)),
    ['## Engines', ...snapshot.engines.map(({ engine, state, problem }) => `${engine}: ${state}${told(problem)}`)],
    ['## Models', ...snapshot.models.map(modelLine)],
    librarySection(snapshot),
    ...facts.logs.map(({ name, lines }) => [`## ${name}, last ${lines.length} lines`, ...lines]),
  ]
  const text = sections.map((lines) => lines.join('\n')).join('\n\n')
  // A line is cut when nothing in it is secret any more: half a secret would not be recognised.
  return withoutHome(withoutSecrets(text, secrecy.secrets), secrecy.homes)
    .split('\n')
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)} …` : line))
    .join('\n')
    .concat('\n')
}

function head({ at, versions, system, locale, dataDirectory, freeSpace, uptime, snapshot }: DiagnosticsFacts): string[] {
  return [
    '# ContentCache diagnostics',
    'Read this before you pass it on: the lines of logs and errors below can name files and folders of yours. It holds no content of files, no search and no secret.',
    '',
    `time: ${new Date(at).toISOString()}`,
    ...Object.entries(versions).map(([name, version]) => `${name}: ${version}`),
    `system: ${system}`,
    `locale: ${locale}`,
    `offline: ${snapshot.offline ? 'yes' : 'no'}`,
    `running for: ${duration(uptime)}`,
    `data directory: ${dataDirectory}`,
    `free space there: ${freeSpace === null ? 'unknown' : bytes(freeSpace)}`,
  ]
}

function sidecarSection(sidecar: SidecarStatus, at: number): string[] {
  const { name, state, pid, readySince, restarts, memory, problem, lastFailure } = sidecar
  return [
    `## ${name}`,
    `state: ${state}${told(problem)}`,
    `pid: ${pid ?? 'none'}`,
    `ready for: ${readySince === null ? 'not ready' : duration((at - readySince) / 1000)}`,
    `restarts: ${restarts}`,
    `memory: ${memory === null ? 'unknown' : bytes(memory)}`,
    ...(lastFailure === null ? ['last failure: none'] : failureLines(lastFailure)),
  ]
}

function failureLines({ at, problem, stderrTail }: SidecarFailure): string[] {
  return [`last failure: ${new Date(at).toISOString()}${told(problem)}`, ...stderrTail.map((line) => `    ${line}`)]
}

function modelLine({ model, status, work, failure }: ModelEntry): string {
  return `${model}: ${status?.state ?? 'not looked at yet'}${work === null ? '' : `, ${work} under way`}${told(failure)}`
}

function librarySection({ library, progress, libraryCare }: Snapshot): string[] {
  const { task, last } = libraryCare
  const care = [`care under way: ${task ?? 'none'}`, `care last: ${last === null ? 'none' : `${last.task} ${last.outcome}${told(last.problem)}`}`]
  if (library === null) return ['## Library', 'not heard of yet', ...care]
  const { roots, queue } = library
  const { paused, waiting, working, indexed, failed, needs_model, to_embed, embedded } = queue
  const unavailable = roots.filter(({ available }) => !available).length
  return [
    '## Library',
    `folders: ${roots.length}, of them not available: ${unavailable}, being scanned: ${roots.filter(({ scanning }) => scanning).length}`,
    `processing: ${paused ? 'paused' : 'on'}, at work on: ${progress.map(({ stage }) => stage).join(', ') || 'nothing'}`,
    `files: ${waiting} waiting, ${working} working, ${indexed} indexed, ${failed} failed, ${needs_model} need a model`,
    `passages: ${embedded} embedded, ${to_embed} to embed`,
    ...care,
  ]
}

/** `detail` can hold many lines. */
function told(problem: Problem | null): string {
  if (problem === null) return ''
  const detail = problem.detail === null ? '' : `\n    ${problem.detail.split('\n').join('\n    ')}`
  return ` (${problem.code}: ${problem.message})${detail}`
}

function duration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0)
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min ${whole % 60} s`
}

function bytes(count: number): string {
  return `${Math.round(count / 1e6).toLocaleString('en-GB')} MB`
}
