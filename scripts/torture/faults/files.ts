/** Files and folders that change while they are read. What is on disk afterwards is what the library has to hold in the end. */
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Random } from '../random'
import type { Scene } from '../scene'
import { newContent } from '../words'
import { lasting, type Fault, type Injected } from './fault'

async function someFile(scene: Scene, random: Random, isWanted: (file: string) => boolean = () => true): Promise<string> {
  return random.pick((await scene.files()).filter(isWanted))
}

/** The folder that was added to the library comes first. */
function partsOf(scene: Scene, file: string): string[] {
  return path.relative(scene.filesDirectory, file).split(path.sep)
}

const touch: Fault = {
  name: 'touch a file',
  weight: 4,
  inject: async (scene, random) => {
    const file = await someFile(scene, random)
    await utimes(file, new Date(), new Date())
    return { what: file }
  },
}

const renameFile: Fault = {
  name: 'rename or move a file',
  weight: 6,
  inject: async (scene, random, number) => {
    const file = await someFile(scene, random)
    const neighbour = await someFile(scene, random, (other) => partsOf(scene, other)[0] === partsOf(scene, file)[0])
    // The number at its end is what its content is told by: it stays.
    const [, last] = /([^ ]+)$/.exec(path.basename(file)) ?? []
    const target = path.join(path.dirname(neighbour), `renamed by fault ${number}, ${last ?? ''}`)
    await rename(file, target)
    return { what: `${file} -> ${target}` }
  },
}

const replace: Fault = {
  name: 'other content in a file',
  weight: 7,
  inject: async (scene, random, number) => {
    const file = await someFile(scene, random, (candidate) => /\.(txt|md|html)$/.test(candidate))
    const content = newContent(file, number)
    if (random.next() < 0.5) {
      await writeFile(file, content)
      return { what: `${file}, in place` }
    }
    await writeFile(`${file}.tmp`, content)
    await rename(`${file}.tmp`, file)
    return { what: `${file}, as a new file` }
  },
}

const putBack: Fault = {
  name: 'delete a file, and put it back',
  weight: 6,
  inject: async (scene, random) => {
    const file = await someFile(scene, random)
    const content = await readFile(file)
    await rm(file)
    const howLong = await lasting(random, 0, 2.5)
    await writeFile(file, content)
    return { what: `${file}, away ${howLong}` }
  },
}

async function awayAndBack(scene: Scene, folder: string, last: () => Promise<string>): Promise<Injected> {
  const away = path.join(scene.filesDirectory, 'elsewhere')
  await rename(folder, away)
  try {
    return { what: `${folder} ${await last()}` }
  } finally {
    await rename(away, folder)
  }
}

const subfolderAway: Fault = {
  name: 'a folder inside goes and comes back',
  weight: 3,
  inject: async (scene, random) => {
    const folder = path.dirname(await someFile(scene, random, (file) => partsOf(scene, file).length > 2))
    return awayAndBack(scene, folder, () => lasting(random, 0.2, 3))
  },
}

const rootAway: Fault = {
  name: 'a folder of the library cannot be reached',
  weight: 3,
  inject: async (scene, random) => {
    const folder = random.pick(await scene.folders())
    return awayAndBack(scene, folder, () => lasting(random, 0.5, 8))
  },
}

export const fileFaults: Fault[] = [touch, renameFile, replace, putBack, subfolderAway, rootAway]
