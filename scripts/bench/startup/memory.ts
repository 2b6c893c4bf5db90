/** Memory of running processes, as the kernel counts it. */
import { readFileSync } from 'node:fs'
import { isGone, type RunningProcess } from '../../../test/support/processes'

export interface ProcessMemory {
  name: string
  /** Of what several processes share, each bears its share (PSS). */
  mebibytes: number
}

export function proportionalMemory(processes: RunningProcess[]): ProcessMemory[] {
  return processes.flatMap(({ pid, command }) => {
    try {
      const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
      return [{ name: nameOf(command), mebibytes: Number(kibibytes) / 1024 }]
    } catch (error) {
      if (isGone(error)) return []
      throw error
    }
  })
}

function nameOf(command: string): string {
  const module = /-m backend\.([\w.]+)/.exec(command)?.[1]
  if (module !== undefined) return module
  const type = /--type=([\w-]+)/.exec(command)?.[1]
  if (type === undefined) return command.includes('python') ? 'bare process' : 'main'
  const service = /--utility-sub-type=([\w.]+)/.exec(command)?.[1]
  return service ?? type
}
