/** What the application holds while it has nothing to do: it must hold no more after two hundred faults than before the first. */
import { setTimeout as sleep } from 'node:timers/promises'
import { descriptorsOf, openFiles, residentMemory, type DescriptorKind, type Descriptors } from '../../test/support/faults'
import type { Scene } from './scene'

export interface Rest {
  /** What main has open, besides sockets and pipes: to tell what has come. */
  open: string[]
  descriptors: Descriptors
  /** Bytes: of main in memory; JavaScript objects of main and of the window, after garbage collection. */
  resident: number
  heap: number
  windowHeap: number
}

const MEBIBYTE = 1024 * 1024
const SAMPLES = 5

/** Of several samples a second apart the middle one: a connection that is just being closed is not a leak. */
export async function atRest(scene: Scene): Promise<Rest> {
  const samples: Rest[] = []
  while (samples.length < SAMPLES) {
    await sleep(1000)
    const heap = await scene.eye.mainHeap()
    const windowHeap = await scene.eye.windowHeap()
    const { pid } = scene.app.main
    samples.push({ open: openThings(pid), descriptors: descriptorsOf(pid), resident: residentMemory(pid), heap, windowHeap })
  }
  return {
    open: samples.at(-1)?.open ?? [],
    descriptors: {
      socket: middle(samples.map(({ descriptors }) => descriptors.socket)),
      pipe: middle(samples.map(({ descriptors }) => descriptors.pipe)),
      anonymous: middle(samples.map(({ descriptors }) => descriptors.anonymous)),
      file: middle(samples.map(({ descriptors }) => descriptors.file)),
    },
    resident: middle(samples.map(({ resident }) => resident)),
    heap: middle(samples.map(({ heap }) => heap)),
    windowHeap: middle(samples.map(({ windowHeap }) => windowHeap)),
  }
}

function openThings(pid: number): string[] {
  return openFiles(pid).map(([, link]) => link).filter((link) => !/^(socket|pipe):/.test(link))
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/**
 * How much more main may hold. A leak of one descriptor or of some hundred kilobytes a fault is far beyond it after two hundred.
 */
const mostMore = {
  /** Connections that Chromium keeps open for its next request to the relay, at most six to one address. */
  socket: 6,
  pipe: 0,
  anonymous: 2,
  /** Chromium opens the ten files of its painting caches when a window begins to paint, and closes them some time later. */
  file: 12,
  heap: 6 * MEBIBYTE,
  windowHeap: 6 * MEBIBYTE,
  /** Allocators keep what they had for the largest moment, such as a line of 5 MiB. */
  resident: 64 * MEBIBYTE,
}

/** What has grown by more than it may, in words. */
export function growth(before: Rest, after: Rest): string[] {
  const kinds = Object.keys(before.descriptors) as DescriptorKind[]
  const descriptors = kinds
    .filter((kind) => after.descriptors[kind] - before.descriptors[kind] > mostMore[kind])
    .map((kind) => `main holds ${after.descriptors[kind]} instead of ${before.descriptors[kind]} (${kind}), with ${added(before, after)}`)
  const memory = (['resident', 'heap', 'windowHeap'] as const)
    .filter((what) => after[what] - before[what] > mostMore[what])
    .map((what) => `${names[what]} grew from ${mebibytes(before[what])} to ${mebibytes(after[what])}`)
  return [...descriptors, ...memory]
}

function added(before: Rest, after: Rest): string {
  const known = new Set(before.open)
  return after.open.filter((link) => !known.has(link)).join(', ')
}

const names = { resident: 'the memory of main', heap: 'the objects of main', windowHeap: 'the objects of the window' }

export function total({ socket, pipe, anonymous, file }: Descriptors): number {
  return socket + pipe + anonymous + file
}

export function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`
}

export function describeRest({ descriptors, resident, heap, windowHeap }: Rest): string {
  const { socket, pipe, anonymous, file } = descriptors
  const kinds = `${socket} sockets, ${pipe} pipes, ${anonymous} anonymous, ${file} files`
  const memory = `main ${mebibytes(resident)} in memory, ${mebibytes(heap)} of objects, window ${mebibytes(windowHeap)} of objects`
  return `${total(descriptors)} descriptors (${kinds}), ${memory}`
}
