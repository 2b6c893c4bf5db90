/** `npm run library` from where a person stands, on a real library. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolvePaths } from '../../../electron/paths'
import { python, root } from '../../support/checkout'

const run = promisify(execFile)
const exists = existsSync(python)
if (!exists) process.stdout.write(`skipped: there is no ${python}; npm run bootstrap makes it\n`)

let folder: string
beforeEach(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'contentcache-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function library(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, INIT_CWD: folder, HOME: folder, XDG_CONFIG_HOME: path.join(folder, 'config') }
  return run(python, ['-m', 'scripts.library', ...args], { cwd: root, env })
}

function damagedLibrary(data: string): void {
  mkdirSync(data, { recursive: true })
  writeFileSync(path.join(data, 'library.db'), Buffer.alloc(10_000, 0xa5))
}

describe.skipIf(!exists)('npm run library', () => {
  it('makes a library again, backs it up and restores it, with names as seen from where one stands', async () => {
    damagedLibrary(path.join(folder, 'data'))
    await library('recover', '--data-dir', 'data')
    expect((await library('backup', 'my copy.db', '--data-dir', 'data')).stdout).toContain(path.join(folder, 'my copy.db'))
    await library('restore', 'my copy.db', '--data-dir', 'data')
    expect(readdirSync(path.join(folder, 'data')).some((name) => name.startsWith('library-before-restore'))).toBe(true)
  })

  it('fails with a sentence and exit code 1, and with 2 for what it does not understand', async () => {
    await expect(library('restore', 'not there.db', '--data-dir', 'data')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('not there.db') as string })
    await expect(library('backup', '--data-dir', 'data')).rejects.toMatchObject({ code: 2 })
  })

  it.skipIf(process.platform !== 'linux')('means the data directory of the app', async () => {
    const { data } = resolvePaths(
      { isPackaged: false, appPath: root, resourcesPath: root, executable: path.join(root, 'electron'), appData: path.join(folder, 'config'), platform: process.platform, environment: {} },
      { offline: false, dataDirectory: null, modelsDirectory: null, erase: null },
    )
    damagedLibrary(data)
    await library('recover')
    expect(readdirSync(data).filter((name) => name.startsWith('library'))).toEqual([expect.stringMatching(/^library-damaged-.*\.db$/), 'library.db'])
  })
})
