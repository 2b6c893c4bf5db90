/** Starts and ends the real application: a built checkout on a real Electron, with its own data directory. */
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { modelsDirectory, root } from './checkout'
import { resolveElectron } from '../../scripts/electron-runtime/resolve.mjs'
import { isRunning, killHard, survivors, tree, type RunningProcess } from './processes'

export interface LaunchOptions {
  dataDirectory: string
  /** Of the display; undefined where the platform needs none. */
  display?: string | undefined
  modelsDirectory?: string
  bundledModelsDirectory?: string
  offline?: boolean
  /** The steps of the first start are shown; otherwise they count as seen. */
  firstStart?: boolean
  /** More of the environment, for example where models come from. */
  environment?: Record<string, string>
}

export interface LaunchCommand {
  executable: string
  args: string[]
  env: Record<string, string>
}

/** Seconds that an orderly end may take before it counts as hung. */
const END_LIMIT = 30

export class RunningApp {
  private constructor(
    readonly electron: ElectronApplication,
    readonly window: Page,
    readonly main: RunningProcess,
    readonly dataDirectory: string,
  ) {
    process.once('exit', this.endWithUs)
  }

  /** Whatever ends this program, for example Ctrl-C: nothing stays behind. */
  private readonly endWithUs = (): void => killHard(this.processes())

  /** Resolves when the window has drawn something. */
  static async start(options: LaunchOptions): Promise<RunningApp> {
    if (options.firstStart !== true) await skipFirstStart(options.dataDirectory)
    return RunningApp.launch(launchCommand(options), options.dataDirectory)
  }

  /** Starts the application by a command of its own. */
  static async launch({ executable, args, env }: LaunchCommand, dataDirectory: string): Promise<RunningApp> {
    const electron = await _electron.launch({ executablePath: executable, args, env, timeout: 60_000, colorScheme: null, chromiumSandbox: false })
    const main = ownProcess(electron)
    try {
      const window = await electron.firstWindow()
      await window.waitForLoadState('domcontentloaded')
      return new RunningApp(electron, window, main, dataDirectory)
    } catch (error) {
      killHard(tree(main.pid))
      throw error
    }
  }

  /** Main and everything below it, seen from outside. */
  processes(): RunningProcess[] {
    return tree(this.main.pid)
  }

  sidecar(module: 'search_server' | 'audioprocessor'): RunningProcess | undefined {
    return this.processes().find((process) => process.command.includes('python') && process.command.includes(`.${module}`))
  }

  get runs(): boolean {
    return isRunning(this.main)
  }

  /** Size of the page, in CSS pixels. */
  async resize(width: number, height: number): Promise<void> {
    await this.electron.evaluate(
      ({ BrowserWindow }, size) => {
        for (const window of BrowserWindow.getAllWindows()) window.setContentSize(size.width, size.height)
      },
      { width, height },
    )
    await this.window.waitForFunction((wanted) => window.innerWidth === wanted, width)
  }

  async appearance(scheme: 'light' | 'dark'): Promise<void> {
    await this.electron.evaluate(({ nativeTheme }, wanted) => (nativeTheme.themeSource = wanted), scheme)
    await this.window.waitForFunction((wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches, scheme)
  }

  /** Quits as a person would and returns the processes that were still there after that, now killed. */
  async quit(): Promise<RunningProcess[]> {
    const mine = this.processes()
    const asked = this.electron.close().catch(() => undefined)
    const left = await survivors(mine, END_LIMIT)
    killHard(left)
    await asked
    process.off('exit', this.endWithUs)
    return left
  }

  /** `kill -9` of main and everything below it, at once. */
  async kill(): Promise<void> {
    const mine = this.processes()
    killHard(mine)
    await survivors(mine, END_LIMIT)
    await this.electron.close().catch(() => undefined)
    process.off('exit', this.endWithUs)
  }
}

function ownProcess(electron: ElectronApplication): RunningProcess {
  const pid = electron.process().pid
  const [main] = pid === undefined ? [] : tree(pid)
  if (main === undefined) throw new Error('Electron ended at once')
  return main
}

/** What a shell would run to start the application. */
export function launchCommand(options: LaunchOptions): LaunchCommand {
  const command = resolveElectron()
  const args = [
    ...command.args,
    root,
    `--data-dir=${options.dataDirectory}`,
    `--models-dir=${options.modelsDirectory ?? modelsDirectory}`,
    ...(options.offline ? ['--offline'] : []),
  ]
  return { executable: command.executable, args, env: launchEnvironment(command.env, options) }
}

/** The steps of the first start count as seen. */
export async function skipFirstStart(dataDirectory: string): Promise<void> {
  await mkdir(dataDirectory, { recursive: true })
  try {
    await writeFile(path.join(dataDirectory, 'settings.json'), '{"welcomed":true}', { flag: 'wx' })
  } catch (error) {
    // The settings of an earlier launch.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function launchEnvironment(inherited: NodeJS.ProcessEnv, options: LaunchOptions): Record<string, string> {
  const display = options.display === undefined ? {} : { DISPLAY: options.display }
  // Read in English, whoever started it.
  const bundle = options.bundledModelsDirectory === undefined ? {} : { CONTENTCACHE_BUNDLED_MODELS_DIR: options.bundledModelsDirectory }
  const environment: NodeJS.ProcessEnv = { ...inherited, ...display, ...bundle, LANGUAGE: 'en', LC_ALL: 'C.UTF-8', ...options.environment }
  // Either would turn Electron into something else than the application.
  delete environment['ELECTRON_RUN_AS_NODE']
  delete environment['NODE_OPTIONS']
  return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** A folder of its own below the system's temporary one, and its end; the end of this program is its end too. */
export async function temporaryFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), `contentcache-${name}-`))
  const removeWithUs = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeWithUs)
  return {
    path: folder,
    async remove() {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      process.off('exit', removeWithUs)
    },
  }
}
