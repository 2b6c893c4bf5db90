/** Which TCP ports a process listens on, from /proc: seen from outside, not asked from the app. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface ListeningPort {
  /** As the kernel writes it: `0100007F` is 127.0.0.1. */
  address: string
  port: number
}

const listening = '0A'

function sockets(pid: number): Set<string> {
  const inodes = new Set<string>()
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      if (inode !== undefined) inodes.add(inode)
    } catch (error) {
      // Closed since the folder was read.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return inodes
}

export function listeningPorts(pid: number): ListeningPort[] {
  const own = sockets(pid)
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listening && own.has(fields[9] ?? ''))
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':')
        return { address, port: parseInt(port, 16) }
      }),
  )
}

/** An environment variable that a process was started with. */
export function environmentOf(pid: number): Record<string, string> {
  return Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
}
