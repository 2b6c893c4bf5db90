/** Processes that are killed, asked to end, stopped and short of memory. */
import { childrenOf, chromiumProcesses, limitMemory, signal } from '../../../test/support/faults'
import { killHard, type RunningProcess } from '../../../test/support/processes'
import { watch } from '../../../test/support/patience'
import { modules, type Module } from '../modules'
import type { Scene } from '../scene'
import { lasting, named, type Fault, type Injected } from './fault'

/** What it does to a process ends that process, by itself or by the supervisor. */
function send(name: NodeJS.Signals, target: RunningProcess, what: string): Injected {
  signal(target, name)
  return { what: named(target, what), gone: [target] }
}

function killing(module: Module): Fault {
  return {
    name: `kill -9 ${module}`,
    weight: 10,
    inject: (scene) => Promise.resolve(send('SIGKILL', scene.sidecar(module), module)),
  }
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
    return send('SIGKILL', random.pick(readers), 'reader')
  },
}

function terminating(module: Module): Fault {
  return {
    name: `SIGTERM ${module}`,
    weight: 3,
    inject: (scene) => Promise.resolve(send('SIGTERM', scene.sidecar(module), module)),
  }
}

const stopBriefly: Fault = {
  name: 'SIGSTOP a sidecar, then SIGCONT',
  weight: 6,
  inject: async (scene, random) => {
    const module = random.pick(modules)
    const target = scene.sidecar(module)
    signal(target, 'SIGSTOP')
    try {
      return { what: `${named(target, module)} ${await lasting(random, 1, 5)}` }
    } finally {
      signal(target, 'SIGCONT')
    }
  },
}

/** Noticed by its silence, which takes the supervisor about twenty seconds: so few of them. */
const stopForGood: Fault = {
  name: 'SIGSTOP a sidecar for good',
  weight: 2,
  spacing: 40,
  inject: (scene, random) => {
    const module = random.pick(modules)
    return Promise.resolve(send('SIGSTOP', scene.sidecar(module), module))
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
  return send('SIGKILL', target, type)
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
    await limitMemory(target, MEMORY_LEFT)
    const howLong = await lasting(random, 2, 6)
    if (scene.app.sidecar(module)?.pid === target.pid) await limitMemory(target, null)
    return { what: `${named(target, module)} ${howLong}` }
  },
}

export const processFaults: Fault[] = [
  ...modules.map(killing),
  killBoth,
  killReader,
  ...modules.map(terminating),
  stopBriefly,
  stopForGood,
  killWindow,
  killPainter,
  killNetwork,
  lackMemory,
]
