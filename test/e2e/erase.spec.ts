/** "Erase everything": from the menu, from Settings and from a terminal; and that the list of our own names is whole. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { lookAt } from '../../electron/erase/look'
import { placesOf } from '../../electron/erase/places'
import { python } from '../support/checkout'
import { answered, commandLine, printed, runToEnd } from '../support/closed-app'
import { answerDialog, askedOfDialogs } from '../support/dialogs'
import { processesOf } from '../support/faults'
import { settled, snapshot } from '../support/library-status'
import { linkModels } from '../support/linked-models'
import { killHard, survivors, tree } from '../support/processes'
import { Stage, writeNotes, type OpenApp } from './stage'

const erase = ['--erase-everything', '--yes']

let stage: Stage
test.beforeEach(async () => (stage = await Stage.open('erase')))
test.afterEach(async () => {
  killHard(processesOf(stage.dataDirectory))
  await stage.end()
})

/** Everything that an app does that leaves something in its data folder. */
async function busyApp(): Promise<OpenApp & { models: string; library: string }> {
  const models = path.join(stage.dataDirectory, 'models')
  await linkModels(models, ['whisper-base', 'yamnet'])
  await mkdir(path.join(stage.dataDirectory, 'models', '.quarantine'))
  await writeFile(path.join(stage.dataDirectory, 'settings.json'), 'damaged')
  const library = await stage.samples('library', ['Notes/sourdough.txt', 'Pictures/DSC_0117.jpg', 'Office/lease.docx', 'Recordings/memo 0012.m4a'])
  const opened = await stage.launch({ modelsDirectory: models })
  await opened.app.window.evaluate(() => window.contentcache.invoke('settings:update', { welcomed: true, language: 'en' }))
  await opened.app.window.reload()
  await opened.window.addFolder(library)
  await settled(opened.app.window)
  return { ...opened, models, library }
}

function foreign(): string[] {
  const { places } = placesOf({ data: stage.dataDirectory, models: path.join(stage.dataDirectory, 'models'), image: null })
  return lookAt(places).foreign.map((place) => path.relative(stage.dataDirectory, place))
}

async function chooseErase({ app }: OpenApp, response: 0 | 1): Promise<void> {
  await answerDialog(app, 'showMessageBox', { response })
  await app.electron.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('erase-everything')?.click()
  })
}

test('every name that a run leaves in its data folder is known: while it runs, when it was quit, killed, backed up, restored and recovered', async () => {
  const opened = await busyApp()
  expect(foreign()).toEqual([])
  const backup = path.join(await stage.folder('elsewhere'), 'backup.db')
  await answerDialog(opened.app, 'showSaveDialog', { canceled: false, filePath: backup })
  await answerDialog(opened.app, 'showOpenDialog', { canceled: false, filePaths: [backup] })
  await answerDialog(opened.app, 'showMessageBox', { response: 0 })
  for (const channel of ['library:choose-backup', 'library:choose-restore'] as const) {
    expect(await opened.app.window.evaluate((name) => window.contentcache.invoke(name), channel)).toMatchObject({ ok: true, value: { outcome: 'done' } })
  }
  expect(foreign()).toEqual([])
  await opened.app.kill()
  expect(foreign()).toEqual([])

  await writeFile(path.join(stage.dataDirectory, 'library.db'), 'no database')
  const again = await stage.launch({ modelsDirectory: opened.models })
  await expect.poll(async () => (await snapshot(again.app.window)).libraryCare.last?.outcome, { timeout: 60_000 }).toBe('done')
  await settled(again.app.window)
  await again.app.quit()
  expect(foreign()).toEqual([])
  const names = readdirSync(stage.dataDirectory).join('\n')
  for (const name of [/^library-before-restore-/m, /^library-damaged-/m, /^folders-damaged-|^folders\.json/m, /^settings\.json\.damaged-/m, /^version\.json/m, /^thumbnails/m]) expect(names).toMatch(name)
  expect(await readFile(path.join(stage.dataDirectory, 'version.json'), 'utf8')).toMatch(/^\{"version":"\d+\.\d+\.\d+"\}\n$/)
})

test('from the menu: asks, ends everything in order, and the app that starts itself again erases before it opens anything', async () => {
  const opened = await busyApp()
  const { app, library } = opened
  await writeFile(path.join(stage.dataDirectory, 'taxes.txt'), 'mine')
  await chooseErase(opened, 1)
  await expect.poll(() => askedOfDialogs(app)).toHaveLength(1)
  const [asked] = await askedOfDialogs(app)
  expect(asked).toMatchObject({ buttons: ['Erase Everything', 'Cancel'], defaultId: 1, cancelId: 1, detail: expect.stringContaining(stage.dataDirectory) })
  expect((await snapshot(app.window)).sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])

  const before = app.processes()
  await chooseErase(opened, 0)
  expect((await survivors(before, 30)).map(({ command }) => command)).toEqual([])
  // By then it shows what became of it: it has no window, and nothing of the data folder is open.
  await expect.poll(() => readdirSync(stage.dataDirectory), { timeout: 30_000 }).toEqual(['taxes.txt'])
  const relaunched = processesOf(stage.dataDirectory).filter(({ command }) => command.includes('--erase-everything') && !command.includes('--type='))
  expect(relaunched).toHaveLength(1)
  const all = tree(relaunched[0]?.pid ?? 0)
  process.kill(relaunched[0]?.pid ?? 0, 'SIGTERM')
  expect((await survivors(all, 30)).map(({ command }) => command)).toEqual([])
  expect(readdirSync(stage.dataDirectory)).toEqual(['taxes.txt'])
  expect(readdirSync(library)).toHaveLength(4)
})

for (const [button, response] of [['Start Anew', 0], ['Quit', 1]] as const) {
  test(`then it says what was erased and what stays, in the language that was chosen, and goes by ${button}`, async () => {
    const data = await stage.folder('data')
    for (const [name, content] of [['library.db', 'x'.repeat(2048)], ['settings.json', '{"language":"de"}'], ['taxes.txt', 'mine']] as const) await writeFile(path.join(data, name), content)
    const command = commandLine({ dataDirectory: data }, [...erase, '--tell-in-dialog'], 'screen')
    const { code, stdout } = await runToEnd(await answered(command, await stage.folder('preload'), response))
    expect(code).toBe(0)
    const [told] = printed<{ message: string; detail: string; buttons: string[] }>({ stdout }, 'DIALOG')
    expect(told).toMatchObject({ message: 'Alles, was ContentCache aufbewahrt hat, ist gelöscht.', buttons: ['Neu beginnen', 'Beenden'] })
    expect(told?.detail).toContain(path.join(data, 'taxes.txt'))
    expect(readdirSync(data)).toEqual(['taxes.txt'])
    const [next] = printed<{ args: string[] }>({ stdout }, 'RELAUNCH')
    if (response === 0) expect(next?.args.join(' ')).toMatch(new RegExp(`--data-dir=${data} --models-dir=\\S+$`))
    else expect(next).toBeUndefined()
  })
}

test('the button at the end of Settings asks the same', async () => {
  const { app, window } = await stage.launch()
  await answerDialog(app, 'showMessageBox', { response: 1 })
  await window.show('Settings')
  await window.page.getByRole('button', { name: 'Erase everything…' }).click()
  await expect.poll(() => askedOfDialogs(app)).toHaveLength(1)
  expect((await askedOfDialogs(app))[0]).toMatchObject({ message: 'Erase everything that ContentCache keeps?', detail: expect.stringContaining('The models in') })
  expect(app.runs).toBe(true)
})

test('from a terminal: refused while the app runs, asks there, needs --yes elsewhere, erases without a screen, and says what stays', async () => {
  const { app, models } = await busyApp()
  const options = { dataDirectory: stage.dataDirectory, modelsDirectory: models }
  const running = await runToEnd(commandLine(options, erase))
  expect(running.code).toBe(3)
  expect(running.stderr).toContain(`ContentCache runs with the data folder ${stage.dataDirectory}. Quit it first.`)
  expect((await snapshot(app.window)).sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])
  await app.quit()

  expect(await runToEnd(commandLine(options, ['--erase-everything']))).toMatchObject({ code: 2, stderr: expect.stringContaining('needs --yes') })
  const asking = commandLine(options, ['--erase-everything'])
  expect(existsSync(path.join(stage.dataDirectory, 'library.db'))).toBe(true)
  const declined = await atTerminal(asking.executable, asking.args, asking.env, 'n')
  expect(declined.code).toBe(4)
  expect(declined.stdout).toMatch(/library\.db\r?\n.*cannot be undone.*What stays:.*Erase all of it\? \[y\/N\].*Nothing was erased/s)
  expect(existsSync(path.join(stage.dataDirectory, 'library.db'))).toBe(true)

  await writeFile(path.join(stage.dataDirectory, 'taxes.txt'), 'mine')
  await symlink(await stage.folder('disk'), path.join(stage.dataDirectory, 'window', 'Code Cache 2'))
  const confirmed = await atTerminal(asking.executable, asking.args, asking.env, 'y')
  expect([confirmed.code, readdirSync(stage.dataDirectory).sort()]).toEqual([0, ['taxes.txt', 'window']])
  expect(confirmed.stdout).toMatch(/Erased [\d.]+ MB in .*taxes\.txt \(not ContentCache's\)/s)
  expect(await runToEnd(commandLine(options, erase))).toMatchObject({ code: 0, stdout: expect.stringContaining('There is nothing') })
})

const terminalScript = `
import os, pty, sys
answer, program = sys.argv[1], sys.argv[2:]
written = False
def read(descriptor):
    global written
    data = os.read(descriptor, 65536)
    if b"[y/N]" in data and not written:
        written = True
        os.write(descriptor, answer.encode() + b"\\n")
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(program, read, lambda descriptor: b"")))
`

/** At a terminal of its own, on which a person answers the question when it has come. */
function atTerminal(executable: string, args: string[], env: Record<string, string>, answer: string): ReturnType<typeof runToEnd> {
  return runToEnd({ executable: python, args: ['-c', terminalScript, answer, executable, ...args], env })
}

test('killed in the middle, it is completed by the next run', async () => {
  const data = await stage.folder('data')
  const thumbnails = await stage.folder('data', 'thumbnails')
  for (let number = 1; number <= 20_000; number += 1) await writeFile(path.join(thumbnails, `${number}.jpg`), '')
  await writeNotes(await stage.folder('data', 'mine'), 1)
  await writeFile(path.join(data, 'settings.json'), '{}')
  const { executable, args, env } = commandLine({ dataDirectory: data }, erase)
  const child = spawn(executable, args, { env, stdio: 'ignore' })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  await expect.poll(() => readdirSync(thumbnails).length, { intervals: [1], timeout: 30_000 }).toBeLessThan(20_000)
  child.kill('SIGKILL')
  await exit
  expect([readdirSync(thumbnails).length > 0, existsSync(path.join(data, 'settings.json'))]).toEqual([true, true])
  expect(await runToEnd(commandLine({ dataDirectory: data }, erase))).toMatchObject({ code: 0 })
  expect(readdirSync(data)).toEqual(['mine'])
})
