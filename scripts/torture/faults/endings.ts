/** The end of the whole application in the middle of its work, and a new launch with the same data directory. */
import { killHard, survivors } from '../../../test/support/processes'
import type { Fault } from './fault'

/** Seconds that a Python process may outlive main. */
const PYTHON_LIMIT = 5
/** Chromium's own processes notice the end of main when they next speak to it. */
const CHROMIUM_LIMIT = 20

const killMain: Fault = {
  name: 'kill -9 main',
  weight: 4,
  endsMain: true,
  inject: async (scene) => {
    const all = scene.app.processes()
    const { main } = scene.app
    killHard([main])
    const pythons = await survivors(all.filter(({ command }) => command.includes('python')), PYTHON_LIMIT)
    const others = await survivors(all, CHROMIUM_LIMIT)
    const orphans = [...new Set([...pythons, ...others])]
    killHard(orphans)
    scene.tally.orphans.push(...orphans.map(({ command }) => command))
    await scene.forget()
    await scene.launch()
    return { what: `main ${main.pid} with ${all.length - 1} processes below it`, gone: all }
  },
}

const killEverything: Fault = {
  name: 'kill -9 everything',
  weight: 4,
  endsMain: true,
  inject: async (scene) => {
    const all = scene.app.processes()
    await scene.app.kill()
    await scene.launch()
    return { what: `${all.length} processes`, gone: all }
  },
}

const quit: Fault = {
  name: 'quit in the middle of work',
  weight: 3,
  endsMain: true,
  inject: async (scene) => {
    const all = scene.app.processes()
    await scene.quit()
    await scene.launch()
    return { what: `main ${String(all[0]?.pid)}`, gone: all }
  },
}

export const endingFaults: Fault[] = [killMain, killEverything, quit]
