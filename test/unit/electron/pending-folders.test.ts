import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PendingFolders } from '../../../electron/pending-folders'
import { appClosing, problem, ProblemError } from '../../../electron/problem'
import { recordingLog, temporaryFolder, until } from './support'

let folder: string
let remove: () => Promise<void>
let log: ReturnType<typeof recordingLog>
beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  log = recordingLog()
})
afterEach(() => remove())

const file = (): string => path.join(folder, 'folders-pending.json')
const open = (): PendingFolders<string> => new PendingFolders(file(), log)
const kept = (): string[] => open().get()

function held(): { promise: Promise<string>; resolve: (value: string) => void } {
  let resolve: (value: string) => void = () => undefined
  const promise = new Promise<string>((yes) => (resolve = yes))
  return { promise, resolve }
}

describe('PendingFolders', () => {
  it('keeps a folder on disk until it is taken, and no file after that', async () => {
    const pending = open()
    const [one, other] = [held(), held()]
    const taken = [pending.keepUntil('/a', () => one.promise), pending.keepUntil('/b', () => other.promise)]
    await until(() => kept().length === 2, 'both are on disk')
    one.resolve('A')
    expect(await taken[0]).toBe('A')
    expect(kept()).toEqual(['/b'])
    other.resolve('B')
    expect(await taken[1]).toBe('B')
    expect(readdirSync(folder)).toEqual([])
  })

  it('forgets one that is refused, which the person is told', async () => {
    const refused = new ProblemError(problem('already-added', 'This folder is in the library already.'))
    await expect(open().keepUntil('/a', () => Promise.reject(refused))).rejects.toBe(refused)
    expect(kept()).toEqual([])
  })

  it('keeps one when the app is closed', async () => {
    await expect(open().keepUntil('/a', () => Promise.reject(new ProblemError(appClosing)))).rejects.toThrow()
    expect(kept()).toEqual(['/a'])
  })

  it('asks once for a folder that is asked for twice, as after the page was loaded again, and anew after that', async () => {
    const pending = open()
    const one = held()
    let asked = 0
    const ask = (): Promise<string> => {
      asked += 1
      return one.promise
    }
    const both = [pending.keepUntil('/a', ask), pending.keepUntil('/a', ask)]
    expect(pending.get()).toEqual(['/a'])
    one.resolve('A')
    expect(await Promise.all(both)).toEqual(['A', 'A'])
    await pending.keepUntil('/a', ask)
    expect(asked).toBe(2)
  })

  it.each(['', '{"folders":', '{"folders":[4]}', '[]'])('what %j has to say of folders is logged, and nothing is added', async (text) => {
    writeFileSync(file(), text)
    expect(kept()).toEqual([])
    expect(log.lines.join()).toContain('cannot be read')
    await open().keepUntil('/a', () => Promise.resolve('A'))
    expect(existsSync(file())).toBe(false)
  })

  it('where nothing can be written the folder is added all the same', async () => {
    mkdirSync(file())
    expect(await open().keepUntil('/a', () => Promise.resolve('A'))).toBe('A')
    expect(log.lines.join()).toContain('was not written down')
  })
})
