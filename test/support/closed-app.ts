/** The application started from a terminal for something that needs no window: how it ended, and what it said. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { launchCommand, type LaunchCommand, type LaunchOptions } from './app'
import { killHard, tree } from './processes'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** As it is started for this data folder, with these arguments after its own; without a screen unless one is wanted. */
export function commandLine(options: LaunchOptions, args: string[], screen: 'screen' | 'no screen' = 'no screen'): LaunchCommand {
  const command = launchCommand(options)
  const isOfScreen = ([name]: [string, string]): boolean => name === 'DISPLAY' || name === 'WAYLAND_DISPLAY'
  const env = Object.fromEntries(Object.entries(command.env).filter((entry) => screen === 'screen' || !isOfScreen(entry)))
  return { executable: command.executable, args: [...command.args, ...args], env }
}

/** Resolves when it has ended; whatever happens here, it does not stay. */
export async function runToEnd({ executable, args, env }: LaunchCommand, whileItRuns: (pid: number, said: () => string) => Promise<void> = () => Promise.resolve()): Promise<Ended> {
  const child = spawn(executable, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (chunk: Buffer) => (said[stream] += chunk.toString()))
  const closed = once(child, 'close') as Promise<[number | null]>
  try {
    await whileItRuns(Number(child.pid), () => said.stdout + said.stderr)
    const [code] = await closed
    return { code, ...said }
  } finally {
    if (child.pid !== undefined) killHard(tree(child.pid))
  }
}

const answersScript = (response: number): string => `
const { app, dialog } = require('electron')
dialog.showMessageBox = (...options) => { console.log('DIALOG ' + JSON.stringify(options.at(-1))); return new Promise((answer) => setTimeout(answer, 500, { response: ${response} })) }
app.relaunch = (options) => console.log('RELAUNCH ' + JSON.stringify(options))
`

/** The same with its dialogs answered, no sooner than a person could: what they say, and what is started after them, is printed. `folder` is for the script that does it. */
export async function answered({ executable, args, env }: LaunchCommand, folder: string, response: number): Promise<LaunchCommand> {
  const file = path.join(folder, 'answers.cjs')
  await writeFile(file, answersScript(response))
  // Before the first argument that is no flag: it names the app.
  const place = args.findIndex((argument) => !argument.startsWith('-'))
  return { executable, args: [...args.slice(0, place), '-r', file, ...args.slice(place)], env }
}

export function printed<T>({ stdout }: Pick<Ended, 'stdout'>, mark: 'DIALOG' | 'RELAUNCH'): T[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith(`${mark} `) ? [JSON.parse(line.slice(mark.length + 1)) as T] : []))
}
