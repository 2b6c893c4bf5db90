/** "Erase everything", from looking to telling, while nothing of it is open: the lock of the one instance is held, and no sidecar runs. */
import { accessSync, constants, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Paths } from '../paths'
import { runningSidecars } from '../sidecars/orphan-record'
import { lookAt, reasonOf, type Failure, type Found } from './look'
import type { Places } from './places'
import { removeEmpty, removeEntries, type Removed } from './remove'

/** The lock of the one instance, which lies in Chromium's profile. */
export interface InstanceLock {
  acquire(): boolean
  release(): void
}

export type Refusal =
  /** The app runs with this data folder. */
  | { kind: 'in-use' }
  /** So does a process of it, which has not ended yet. */
  | { kind: 'ending'; pids: number[] }
  /** It cannot be found out whether the app runs, and nothing could be erased there. */
  | { kind: 'unchangeable'; failure: Failure }

export interface Erased extends Removed {
  kind: 'erased'
  /** Bytes of what is gone. */
  bytes: number
  /** What is still there, and not because it could not be erased. */
  stays: Staying
}

export interface Staying {
  foreign: string[]
  /** What links of ours led to. */
  linked: string[]
  modelsElsewhere: string | null
  /** The data folder itself, when something is left in it or it is a link. */
  dataFolder: string | null
}

export type Outcome = Refusal | Erased | { kind: 'declined' } | { kind: 'nothing' }

export interface EraseEverything {
  paths: Pick<Paths, 'data' | 'profile' | 'run'>
  places: Places
  lock: InstanceLock
  /** Shown what is going to be erased; false: nothing is. */
  confirm: (found: Found) => boolean
  /** Milliseconds that a sidecar whose app has just gone may take to end. */
  patience?: number
}

const usualPatience = 10_000

export function eraseEverything({ paths, places, lock, confirm, patience = usualPatience }: EraseEverything): Outcome {
  if (places.places.every(({ folder }) => !existsSync(folder))) return { kind: 'nothing' }
  const hadProfile = existsSync(paths.profile)
  const refusal = hold(paths, lock, patience)
  if (refusal !== null) return refusal
  const found = lookAt(places.places)
  const isNothing = found.entries.length === 0 && found.unreadable.length === 0
  if (isNothing || !confirm(found)) {
    lock.release()
    if (!hadProfile) removeEmpty([paths.profile, paths.data])
    return { kind: isNothing ? 'nothing' : 'declined' }
  }
  return erase(paths, places, found, lock)
}

/** Alone with the data, or why not. */
function hold({ data, profile, run }: EraseEverything['paths'], lock: InstanceLock, patience: number): Refusal | null {
  try {
    if (existsSync(data)) mkdirSync(profile, { recursive: true, mode: 0o700 })
    if (existsSync(profile)) accessSync(profile, constants.R_OK | constants.W_OK | constants.X_OK)
    else return null
  } catch (error) {
    return { kind: 'unchangeable', failure: { path: existsSync(profile) ? profile : data, reason: reasonOf(error) } }
  }
  if (!lock.acquire()) return { kind: 'in-use' }
  const pids = stillRunning(run, patience)
  if (pids.length === 0) return null
  lock.release()
  return { kind: 'ending', pids }
}

/** Waited for without an event loop: Electron has not begun, so that it cannot have opened anything. */
function stillRunning(run: string, patience: number): number[] {
  const end = Date.now() + patience
  for (;;) {
    const pids = runningSidecars(run)
    if (pids.length === 0 || Date.now() > end) return pids
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
}

function erase({ data }: EraseEverything['paths'], { places, modelsElsewhere }: Places, found: Found, lock: InstanceLock): Erased {
  const { erased, failed } = removeEntries(found.entries)
  lock.release()
  failed.push(...removeEmpty(found.folders))
  const left = lookAt(places)
  const known = new Set([...failed, ...left.unreadable].map((failure) => failure.path))
  // Somebody has written it since: it is not gone, whatever was removed before.
  const back = left.entries.filter((entry) => ![...known].some((place) => `${place}${path.sep}`.startsWith(`${entry.path}${path.sep}`)))
  const isBack = new Set(back.map((entry) => entry.path))
  const gone = erased.filter((entry) => !isBack.has(entry.path))
  return {
    kind: 'erased',
    erased: gone,
    failed: [...failed, ...left.unreadable, ...back.map((entry) => ({ path: entry.path, reason: 'written again' }))],
    bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
    stays: {
      foreign: left.foreign,
      linked: found.linked.filter((target) => existsSync(target)),
      modelsElsewhere: modelsElsewhere !== null && existsSync(modelsElsewhere) ? modelsElsewhere : null,
      dataFolder: existsSync(data) ? nameOf(data) : null,
    },
  }
}

function nameOf(data: string): string {
  return lstatSync(data).isSymbolicLink() ? `${data} -> ${realpathSync(data)}` : data
}
