/** Folders that the app cannot do without: it says which and why, where a person sees it, and ends. */
import { spawnSync } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import type { LaunchCommand } from '../support/app'
import { answered, commandLine, printed, runToEnd } from '../support/closed-app'
import { processesOf } from '../support/faults'
import { killHard } from '../support/processes'
import { Stage } from './stage'

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('unusable')))
test.afterEach(async () => {
  killHard(processesOf(stage.dataDirectory))
  await stage.end()
})

test('a file in the place of the data folder', async () => {
  await stage.folder('elsewhere')
  await writeFile(stage.dataDirectory, 'mine')

  const blind = await runToEnd(commandLine({ dataDirectory: stage.dataDirectory }, []))
  expect(blind).toMatchObject({ code: 2, stderr: expect.stringContaining(`${stage.dataDirectory} cannot be used (ENOTDIR). A file is in its place.`) })

  const temporary = await stage.folder('temporary')
  const shown = await runToEnd(await answered(commandLine({ dataDirectory: stage.dataDirectory, environment: { TMPDIR: temporary } }, [], 'screen'), await stage.folder('preload'), 0))
  expect(shown.code).toBe(2)
  expect(await readdir(temporary)).toEqual([])
  expect(printed<{ message: string; detail: string }>(shown, 'DIALOG')).toEqual([
    expect.objectContaining({ message: 'ContentCache cannot use a folder that it needs.', detail: expect.stringContaining(stage.dataDirectory) }),
  ])
})

test('a disk that can only be read is said to be one, not taken for an app that runs already', async () => {
  test.skip(spawnSync('unshare', ['--mount', 'true']).status !== 0, 'no mount namespace can be made here')
  const data = await stage.folder('data')
  await writeFile(path.join(data, 'settings.json'), '{"welcomed":true,"language":"de"}')
  const command = await answered(commandLine({ dataDirectory: data }, [], 'screen'), await stage.folder('preload'), 0)

  const shown = await runToEnd(onReadOnly(data, command))
  expect(shown).toMatchObject({ code: 2, stderr: expect.stringContaining('(EROFS)') })
  const [dialog] = printed<{ detail: string }>(shown, 'DIALOG')
  expect(dialog?.detail).toContain('Dieser Datenträger kann nur gelesen werden.')
})

function onReadOnly(folder: string, { executable, args, env }: LaunchCommand): LaunchCommand {
  const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
  return { executable: 'unshare', args: ['--mount', '--propagation', 'private', 'sh', '-c', script, folder, executable, ...args], env }
}
