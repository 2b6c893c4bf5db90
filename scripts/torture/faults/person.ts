/** What a person does in the window, at the worst moment. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Root } from '../../../electron/contract/generated/contract'
import type { Random } from '../random'
import type { Scene } from '../scene'
import { modules, type Fault } from './fault'

async function someRoot(scene: Scene, random: Random): Promise<Root> {
  const roots = (await scene.eye.look())?.status?.library.roots ?? []
  return random.pick(roots)
}

const pause: Fault = {
  name: 'pause and resume',
  weight: 4,
  inject: async (scene, random) => {
    await scene.eye.command('library:set-paused', { paused: true })
    const seconds = random.between(0, 2)
    await sleep(seconds * 1000)
    await scene.eye.command('library:set-paused', { paused: false })
    return { what: `for ${seconds.toFixed(1)} s` }
  },
}

const restart: Fault = {
  name: 'Restart in the window',
  weight: 3,
  inject: async (scene, random) => {
    const module = random.pick(modules)
    const target = scene.sidecar(module)
    await scene.eye.command('sidecar:restart', { name: module === 'search_server' ? 'search-server' : 'audio-processor' })
    return { what: `${module} ${target.pid}`, gone: [target] }
  },
}

const rescan: Fault = {
  name: 'look for changes',
  weight: 3,
  inject: async (scene, random) => {
    const root = await someRoot(scene, random)
    await scene.eye.command('library:rescan-folder', { rootId: root.id })
    return { what: root.path }
  },
}

const indexAgain: Fault = {
  name: 'index everything again',
  weight: 3,
  inject: async (scene) => {
    const roots = (await scene.eye.look())?.status?.library.roots ?? []
    for (const root of roots) await scene.indexAgain(root)
    return { what: `${roots.length} folders` }
  },
}

const removeAndRestore: Fault = {
  name: 'remove a folder from the library, and undo',
  weight: 4,
  inject: async (scene, random) => {
    const root = await someRoot(scene, random)
    await scene.eye.command('library:remove-folder', { rootId: root.id })
    const seconds = random.between(0, 2)
    await sleep(seconds * 1000)
    if (random.next() < 0.5) await scene.eye.command('library:restore-folder', { rootId: root.id })
    else await scene.eye.command('library:add-folder', { path: root.path })
    return { what: `${root.path} for ${seconds.toFixed(1)} s` }
  },
}

export const personFaults: Fault[] = [pause, restart, rescan, indexAgain, removeAndRestore]
