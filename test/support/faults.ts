/** Harm that is done to running processes from outside, as a machine or a person would, and what they hold: from /proc, so Linux only. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { python } from './checkout'
import { isGone, isRunning, tree, type RunningProcess } from './processes'

/** False when the process has gone by itself. */
export function signal(target: RunningProcess, name: NodeJS.Signals): boolean {
  if (!isRunning(target)) return false
  try {
    return process.kill(target.pid, name)
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

export function childrenOf(parent: RunningProcess): RunningProcess[] {
  return tree(parent.pid).slice(1)
}

/** Electron's own processes below main, by Chromium's name for them. */
export function chromiumProcesses(all: RunningProcess[], type: 'renderer' | 'gpu-process' | 'utility'): RunningProcess[] {
  return all.filter(({ command }) => command.includes(`--type=${type}`))
}

const writerScript = `
import ctypes, os, sys
library = ctypes.CDLL(None, use_errno=True)
pidfd_getfd = 438
descriptor = library.syscall(pidfd_getfd, os.pidfd_open(int(sys.argv[1])), int(sys.argv[2]), 0)
if descriptor < 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
view = memoryview(sys.stdin.buffer.read())
while view:
    view = view[os.write(descriptor, view):]
`

/**
 * Writes into what a process writes into: its parent reads it between the process's own lines. Node gives its children sockets,
 * which cannot be opened by /proc/<pid>/fd. Rejects where the kernel refuses pidfd_getfd, and when the process ends meanwhile.
 */
export function writeInto(target: RunningProcess, stream: 'stdout' | 'stderr', bytes: Buffer): Promise<void> {
  const descriptor = stream === 'stderr' ? 2 : protocolDescriptor(target.pid)
  return runPython(writerScript, [String(target.pid), String(descriptor)], bytes)
}

/** A sidecar keeps its stdout for the line protocol under another number: the first Unix socket that is neither stdin nor stderr. */
function protocolDescriptor(pid: number): number {
  const links = new Map(openFiles(pid))
  const standard = new Set([links.get(0), links.get(2)])
  const table = readFileSync(`/proc/${pid}/net/unix`, 'utf8').split('\n')
  const unixSockets = new Set(table.map((line) => `socket:[${line.trim().split(/\s+/)[6] ?? ''}]`))
  const [found] = [...links].find(([number, link]) => number > 0 && unixSockets.has(link) && !standard.has(link)) ?? []
  if (found === undefined) throw new Error(`process ${pid} has no socket for its line protocol`)
  return found
}

const limitScript = `
import resource, sys
pid, limit = int(sys.argv[1]), int(sys.argv[2])
hard = resource.prlimit(pid, resource.RLIMIT_AS)[1]
resource.prlimit(pid, resource.RLIMIT_AS, (limit if limit >= 0 else hard, hard))
`

/** Lets a process have no more than `extra` bytes of addresses beyond those that it has; null takes the limit away. */
export function limitMemory(target: RunningProcess, extra: number | null): Promise<void> {
  const limit = extra === null ? -1 : statusField(target.pid, 'VmSize') + extra
  return runPython(limitScript, [String(target.pid), String(limit)])
}

function runPython(script: string, args: string[], input: Buffer = Buffer.alloc(0)): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, ['-c', script, ...args], (error) => {
      if (error === null) resolve()
      else reject(new Error(error.message))
    })
    // EPIPE: it has failed, and says so by its exit.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

export type DescriptorKind = 'socket' | 'pipe' | 'anonymous' | 'file'
export type Descriptors = Record<DescriptorKind, number>

export function descriptorsOf(pid: number): Descriptors {
  const counts: Descriptors = { socket: 0, pipe: 0, anonymous: 0, file: 0 }
  for (const [, link] of openFiles(pid)) counts[kindOf(link)] += 1
  return counts
}

function kindOf(link: string): DescriptorKind {
  if (link.startsWith('socket:')) return 'socket'
  if (link.startsWith('pipe:')) return 'pipe'
  return link.startsWith('anon_inode:') || link.startsWith('/memfd:') ? 'anonymous' : 'file'
}

/** Number and target of each, in the order of numbers. */
export function openFiles(pid: number): [number: number, link: string][] {
  return readdirSync(`/proc/${pid}/fd`)
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((number): [number, string][] => {
      try {
        return [[number, readlinkSync(`/proc/${pid}/fd/${number}`)]]
      } catch (error) {
        // Closed since the folder was read.
        if (isGone(error)) return []
        throw error
      }
    })
}

/** Bytes in memory. */
export function residentMemory(pid: number): number {
  return statusField(pid, 'VmRSS')
}

function statusField(pid: number, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error(`process ${pid} has no ${name}`)
  return Number(kilobytes) * 1024
}

/** Every process of this machine that was started with this data directory, whoever its parent is now. */
export function processesOf(dataDirectory: string): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((file) => contains(file, dataDirectory)))
    .flatMap((pid) => tree(Number(pid)).slice(0, 1))
}

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text)
  } catch (error) {
    // Gone, a zombie, or somebody else's.
    if (isGone(error) || (error as NodeJS.ErrnoException).code === 'EACCES') return false
    throw error
  }
}

/** Files in a folder and below whose path, relative to it, matches. */
export function filesMatching(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => pattern.test(file))
}
