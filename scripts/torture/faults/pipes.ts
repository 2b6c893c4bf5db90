/** What a sidecar never says, said in its name: written into the pipes that main reads. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeInto } from '../../../test/support/faults'
import { watch } from '../../../test/support/patience'
import { modules, nameOf, type Module } from '../modules'
import type { Random } from '../random'
import type { Scene } from '../scene'
import type { Fault } from './fault'

/** pidfd_getfd came with Linux 5.6, and containers may forbid it. */
async function hindrance(scene: Scene): Promise<string | null> {
  try {
    await writeInto(scene.sidecar('audioprocessor'), 'stderr', Buffer.from('the torture looks whether it can write here\n'))
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n').pop() : String(error)
    return `this system lets nobody write into a pipe of another process: ${reason ?? ''}`
  }
}

function saying(name: string, weight: number, stream: 'stdout' | 'stderr', text: (mark: string, random: Random) => string): Fault {
  return {
    name,
    weight,
    hindrance,
    inject: async (scene, random, number) => {
      const module = random.pick(modules)
      const target = scene.sidecar(module)
      const mark = `torture-${number}`
      const bytes = Buffer.from(text(mark, random))
      await writeInto(target, stream, bytes)
      await logged(scene, module, mark)
      return { what: `${bytes.length} bytes into ${stream} of ${module} ${target.pid}` }
    },
  }
}

/** Main writes down what it cannot read: so it has read it. */
async function logged(scene: Scene, module: Module, mark: string): Promise<void> {
  const file = path.join(scene.dataDirectory, 'logs', `${nameOf[module]}.log`)
  await watch({
    what: `${mark} in ${file}`,
    look: () => readFile(file, 'utf8'),
    done: (text) => text.includes(mark),
    sign: (text) => String(text.length),
    silence: 30,
  })
}

const garbage = [
  ...['\u0000\u0001\u0002', '{"type":"heartbeat"', '[1, 2', '{"type":"ready","sidecar":"nobody"}'],
  ...['{"type":"item-changed","item":{"id":-1}}', '\ufffd\u202e<b>', 'null', '""'],
]
const MEBIBYTE = 1024 * 1024

export const pipeFaults: Fault[] = [
  saying('garbage on stdout', 5, 'stdout', (mark, random) => {
    const lines = Array.from({ length: 5 }, () => random.pick(garbage) + mark)
    return `\n${lines.join('\n')}\n`
  }),
  // Without its end: the sidecar's own next line is joined to it, and lost.
  saying('half a line on stdout', 4, 'stdout', (mark) => `\n{"type":"job-progress","name":"${mark}`),
  saying('a line of 5 MiB on stdout', 2, 'stdout', (mark) => `\n${mark}${'x'.repeat(5 * MEBIBYTE)}\n`),
  saying('a flood on stderr', 3, 'stderr', (mark, random) => `${mark}\n`.repeat(Math.round(random.between(50_000, 300_000)))),
]
