/** Processes that are killed, asked to end, stopped and short of memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf, chromiumProcesses, limitMemory, signal } from '../../../test/support/faults'
import { killHard, type RunningProcess } from '../../../test/support/processes'
import { watch } from '../../../test/support/patience'
import type { Scene } from '../scene'
import { modules, named, type Fault, type Injected, type Module } from './fault'

function killing(module: Module, weight: number): Fault {
  return {
    name: `kill -9 ${module}`,
    weight,
    inject: (scene) => Promise.resolve(kill(scene.sidecar(module), module)),
  }
}

function kill(target: RunningProcess, what: string): Injected {
  killHard([target])
  return { what: named(target, what), gone: [target] }
}

const killBoth: Fault = {
  name: 'kill -9 both sidecars',
  weight: 4,
  inject: (scene) => {
    const gone = modules.map((module) => scene.sidecar(module))
    killHard(gone)
    return Promise.resolve({ what: gone.map(({ pid }) => pid).join(' and '), gone })
  },
}

/** What reads documents, and what decodes recordings where that is a process of its own. */
const killReader: Fault = {
  name: 'kill -9 a reader of files',
  weight: 8,
  inject: async (scene, random) => {
    const readers = await watch({
      what: 'a sidecar that reads a file in a process of its own',
      look: async () => {
        await scene.keepBusy()
        return modules.flatMap((module) => childrenOf(scene.sidecar(module)))
      },
      done: (found) => found.length > 0,
      sign: () => '',
      silence: 60,
    })
    return kill(random.pick(readers), 'reader')
  },
}

function terminating(module: Module): Fault {
  return {
    name: `SIGTERM ${module}`,
    weight: 3,
    inject: (scene) => {
      const target = scene.sidecar(module)
      signal(target, 'SIGTERM')
      return Promise.resolve({ what: named(target, module), gone: [target] })
    },
  }
}

const stopBriefly: Fault = {
  name: 'SIGSTOP a sidecar, then SIGCONT',
  weight: 6,
  inject: async (scene, random) => {
    const module = random.pick(modules)
    const target = scene.sidecar(module)
    const seconds = random.between(1, 5)
    signal(target, 'SIGSTOP')
    try {
      await sleep(seconds * 1000)
    } finally {
      signal(target, 'SIGCONT')
    }
    return { what: `${named(target, module)} for ${seconds.toFixed(1)} s` }
  },
}

/** Noticed by its silence, which takes the supervisor about twenty seconds: so few of them. */
const stopForGood: Fault = {
  name: 'SIGSTOP a sidecar for good',
  weight: 2,
  spacing: 40,
  inject: (scene, random) => {
    const module = random.pick(modules)
    const target = scene.sidecar(module)
    signal(target, 'SIGSTOP')
    return Promise.resolve({ what: named(target, module), gone: [target] })
  },
}

/** The window is loaded again three times within five minutes, then no more: a lawful end, and not what is looked at here. */
const killWindow: Fault = {
  name: 'kill -9 the window',
  weight: 3,
  spacing: 40,
  inject: (scene) => Promise.resolve(killOneOf(scene, 'renderer')),
}

/** Chromium gives up a painting process that ends three times within an hour, and falls back to a simpler one, at last to none. */
const killPainter: Fault = {
  name: 'kill -9 the painting process',
  weight: 2,
  spacing: 90,
  inject: (scene) => Promise.resolve(killOneOf(scene, 'gpu-process')),
}

const killNetwork: Fault = {
  name: 'kill -9 the network process',
  weight: 3,
  inject: (scene) => Promise.resolve(killOneOf(scene, 'utility')),
}

function killOneOf(scene: Scene, type: 'renderer' | 'gpu-process' | 'utility'): Injected {
  const [target] = chromiumProcesses(scene.app.processes(), type)
  if (target === undefined) throw new Error(`Electron has no ${type}`)
  return kill(target, type)
}

const MEMORY_LEFT = 8 * 1024 * 1024

/** Every further request for memory is refused for some seconds, as on a machine that has none left. */
const lackMemory: Fault = {
  name: 'no more memory for a sidecar',
  weight: 2,
  spacing: 10,
  inject: async (scene, random) => {
    const module = random.pick(modules)
    const target = scene.sidecar(module)
    const seconds = random.between(2, 6)
    await limitMemory(target, MEMORY_LEFT)
    await sleep(seconds * 1000)
    if (scene.app.sidecar(module)?.pid === target.pid) await limitMemory(target, null)
    return { what: `${named(target, module)} for ${seconds.toFixed(1)} s` }
  },
}

export const processFaults: Fault[] = [
  killing('search_server', 10),
  killing('audioprocessor', 10),
  killBoth,
  killReader,
  terminating('search_server'),
  terminating('audioprocessor'),
  stopBriefly,
  stopForGood,
  killWindow,
  killPainter,
  killNetwork,
  lackMemory,
]
