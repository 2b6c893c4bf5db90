/** The runs of the real `backend.library.care` on a real library, as main starts them. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CareTask, LibraryCareEnded, LibraryCareProgress } from '../../../../electron/contract/generated/events'
import { careRunner, type CareRun } from '../../../../electron/library-care/care-run'
import { sidecarEnvironment } from '../../../../electron/sidecars/environment'
import { python, root } from '../../../support/checkout'
import { queryLibrary } from '../../../support/library-file'
import { quiet, temporaryFolder, until } from '../support'

const run = promisify(execFile)
const exists = existsSync(python)
if (!exists) process.stdout.write(`skipped: there is no ${python}; npm run bootstrap makes it\n`)

/** A library with one folder, and as many bytes as make a backup of it last. */
const makeLibrary = `
import sys
from pathlib import Path
from backend.library.store import Library
with Library.open(Path(sys.argv[1])) as library:
    library.add_root(sys.argv[2])
    with library.transaction() as db:
        db.execute("CREATE TABLE ballast (bytes BLOB)")
        db.executemany("INSERT INTO ballast VALUES (zeroblob(?))", [(1 << 20,)] * int(sys.argv[3]))
`

let folder: string
let remove: () => Promise<void>
let data: string
let copy: string
let progress: LibraryCareProgress[]

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  data = path.join(folder, 'Daten öäü')
  copy = path.join(folder, 'a copy.db')
  progress = []
})
afterEach(() => remove())

function start(task: CareTask, ...args: string[]): CareRun {
  const env = sidecarEnvironment(process.env, { dataDirectory: data, temporaryDirectory: folder, modelsDirectory: folder, bundledModelsDirectory: null, offline: true })
  return careRunner(() => ({ python, cwd: root, env }), quiet)(task, args, (event) => progress.push(event))
}

const finish = (task: CareTask, ...args: string[]): Promise<LibraryCareEnded> => start(task, ...args).ended

function make(mebibytes: number): Promise<unknown> {
  return run(python, ['-c', makeLibrary, data, folder, String(mebibytes)], { cwd: root })
}

const folders = (): Promise<{ path: string }[]> => queryLibrary<{ path: string }>(data, 'SELECT path FROM roots')

describe.skipIf(!exists)('on a real library', () => {
  it('a backup is restored, and the former library is kept', async () => {
    await make(1)
    expect(await finish('backup', '--to', copy)).toMatchObject({ outcome: 'done', file: copy, folders: 1, problem: null })
    expect(progress.map(({ task }) => task)).toContain('backup')
    truncateSync(path.join(data, 'library.db'), 0)
    const restored = await finish('restore', '--from', copy)
    expect(restored).toMatchObject({ outcome: 'done', folders: 1, problem: null })
    expect(statSync(restored.file ?? '').size).toBe(0)
    expect(await folders()).toEqual([{ path: folder }])
  })

  it('what is no backup is refused with words, and the library is as it was', async () => {
    await make(0)
    writeFileSync(copy, 'this is no library')
    for (const source of [copy, path.join(folder, 'not there.db')]) {
      const { outcome, problem } = await finish('restore', '--from', source)
      expect(outcome).toBe('failed')
      expect(problem?.message).toMatch(/^[A-Z“].*\.$/)
    }
    expect(await folders()).toEqual([{ path: folder }])
  })

  it('a damaged one is made again with its folders, and one that is well is left alone', async () => {
    await make(0)
    expect(await finish('recover')).toMatchObject({ outcome: 'nothing-to-do', folders: 1 })
    writeFileSync(path.join(data, 'library.db'), Buffer.alloc(50_000, 0xa5))
    const recovered = await finish('recover')
    expect(recovered).toMatchObject({ outcome: 'done', folders: 1, problem: { code: 'library-damaged' } })
    expect(statSync(recovered.file ?? '').size).toBe(50_000)
    expect(await folders()).toEqual([{ path: folder }])
  })

  it('a backup that is cancelled leaves no file, finished or not', async () => {
    await make(400)
    const backup = start('backup', '--to', copy)
    await until(() => progress.length > 0, 'it has begun')
    const before = readdirSync(folder).filter((name) => name !== 'Daten öäü')
    backup.cancel()
    expect(await backup.ended).toMatchObject({ outcome: 'cancelled', file: null })
    expect(before).not.toContain('a copy.db')
    expect(readdirSync(folder)).toEqual(['Daten öäü'])
  })
})
