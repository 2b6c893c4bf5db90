/** What a person does in the window, at the worst moment. */
import type { Root } from '../../../electron/contract/generated/contract'
import { modules, nameOf } from '../modules'
import type { Scene } from '../scene'
import { lasting, named, type Fault } from './fault'

async function roots(scene: Scene): Promise<Root[]> {
  return (await scene.eye.look())?.status?.library.roots ?? []
}

const pause: Fault = {
  name: 'pause and resume',
  weight: 4,
  inject: async (scene, random) => {
    await scene.eye.command('library:set-paused', { paused: true })
    const what = await lasting(random, 0, 2)
    await scene.eye.command('library:set-paused', { paused: false })
    return { what }
  },
}

const restart: Fault = {
  name: 'Restart in the window',
  weight: 3,
  inject: async (scene, random) => {
    const module = random.pick(modules)
    const target = scene.sidecar(module)
    await scene.eye.command('sidecar:restart', { name: nameOf[module] })
    return { what: named(target, module), gone: [target] }
  },
}

const rescan: Fault = {
  name: 'look for changes',
  weight: 3,
  inject: async (scene, random) => {
    const root = random.pick(await roots(scene))
    await scene.eye.command('library:rescan-folder', { rootId: root.id })
    return { what: root.path }
  },
}

const indexAgain: Fault = {
  name: 'index everything again',
  weight: 3,
  inject: async (scene) => {
    const all = await roots(scene)
    for (const root of all) await scene.indexAgain(root)
    return { what: `${all.length} folders` }
  },
}

const removeAndRestore: Fault = {
  name: 'remove a folder from the library, and undo',
  weight: 4,
  inject: async (scene, random) => {
    const root = random.pick(await roots(scene))
    await scene.eye.command('library:remove-folder', { rootId: root.id })
    const howLong = await lasting(random, 0, 2)
    if (random.next() < 0.5) await scene.eye.command('library:restore-folder', { rootId: root.id })
    else await scene.eye.command('library:add-folder', { path: root.path })
    return { what: `${root.path} ${howLong}` }
  },
}

export const personFaults: Fault[] = [pause, restart, rescan, indexAgain, removeAndRestore]
