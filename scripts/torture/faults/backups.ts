/** The library is copied away, and put back as it was then, while it is written. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { integrity } from '../../../test/support/library-file'
import { restoreButton } from '../../../electron/library-care/questions'
import type { Scene } from '../scene'
import { lasting, type Fault } from './fault'

/** Named like the library itself, so that it can be looked into in the same way. */
function backupFile(scene: Scene, number: number): string {
  return path.join(scene.backupsDirectory, String(number), 'library.db')
}

async function backUp(scene: Scene, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await scene.eye.answerDialogs({ showSaveDialog: { canceled: false, filePath: file } })
  const ended = await scene.eye.command('library:choose-backup')
  if (ended === null) throw new Error('the backup was not written')
  const said = await integrity(path.dirname(file))
  if (said !== 'ok') throw new Error(`the backup is broken: ${said}`)
}

const backup: Fault = {
  name: 'back up the library',
  weight: 3,
  inject: async (scene, _random, number) => {
    const file = backupFile(scene, number)
    await backUp(scene, file)
    return { what: file }
  },
}

/** What was done in between is done again: the folders are looked through, and what is missing is indexed. */
const restore: Fault = {
  name: 'back up the library, go on, and restore it',
  weight: 1,
  spacing: 20,
  inject: async (scene, random, number) => {
    const file = backupFile(scene, number)
    await backUp(scene, file)
    const howLong = await lasting(random, 1, 3)
    await scene.eye.answerDialogs({ showOpenDialog: { canceled: false, filePaths: [file] }, showMessageBox: { response: restoreButton } })
    if ((await scene.eye.command('library:choose-restore')) === null) throw new Error('the library was not restored')
    return { what: `${file}; went on ${howLong}` }
  },
}

export const backupFaults: Fault[] = [backup, restore]
