/**
 * The app as it is given to people, its program unchanged: started by a command, its window driven by Chromium's own protocol. Playwright's own way to
 * start an Electron needs a fuse that a release has off.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { chromium, type Browser, type Page } from '@playwright/test'
import { killHard, survivors, tree, type RunningProcess } from '../support/processes'

export interface ShippedCommand {
  executable: string
  args?: string[]
  env: Record<string, string>
  /** What it says is kept for a failure to start, instead of being printed. */
  quiet?: boolean
}

/** An AppImage unpacks its gigabytes before it starts anything. */
const START_LIMIT = 240

/** Seconds that an orderly end may take before it counts as hung. */
const END_LIMIT = 60

export class ShippedApp {
  private constructor(
    readonly window: Page,
    private readonly child: ChildProcess,
    private readonly browser: Browser,
  ) {
    process.once('exit', this.endWithUs)
  }

  private readonly endWithUs = (): void => killHard(this.processes())

  /** Resolves when the window has drawn something. */
  static async launch({ executable, args = [], env, quiet = false }: ShippedCommand): Promise<ShippedApp> {
    const child = spawn(executable, [...args, '--remote-debugging-port=0'], { env, stdio: ['ignore', 'inherit', 'pipe'] })
    try {
      const browser = await chromium.connectOverCDP(await debuggerOf(child, quiet), { noDefaults: true })
      return new ShippedApp(await firstWindow(browser), child, browser)
    } catch (error) {
      killHard(below(child))
      throw error
    }
  }

  /** The command and everything below it, seen from outside. */
  processes(): RunningProcess[] {
    return below(this.child)
  }

  sidecar(module: 'search_server' | 'audioprocessor'): RunningProcess | undefined {
    return this.processes().find((process) => process.command.includes('python') && process.command.includes(`.${module}`))
  }

  get runs(): boolean {
    return this.processes().length > 0
  }

  /** Closes its window as a person would and returns the processes that were still there after that, now killed. */
  async quit(): Promise<RunningProcess[]> {
    const mine = this.processes()
    await this.window.close()
    const left = await survivors(mine, END_LIMIT)
    killHard(left)
    await this.browser.close()
    process.off('exit', this.endWithUs)
    return left
  }
}

function below({ pid }: ChildProcess): RunningProcess[] {
  return pid === undefined ? [] : tree(pid)
}

/** The address that Chromium prints; what else it says belongs to whoever reads the output of the test. */
function debuggerOf(child: ChildProcess, quiet: boolean): Promise<string> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(limit)
      reject(new Error(`The app did not start: ${why}\n${said.join('\n')}`))
    }
    const limit = setTimeout(() => fail(`no window after ${START_LIMIT} s`), START_LIMIT * 1000)
    child.once('error', ({ message }) => fail(message))
    child.once('close', (code, signal) => fail(`it ended with ${signal ?? String(code)}`))
    if (child.stderr === null) throw new Error('the app was started without a pipe for what it says')
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      if (!quiet) process.stderr.write(`${line}\n`)
      const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (address === undefined) return
      clearTimeout(limit)
      child.removeAllListeners('close')
      resolve(address)
    })
  })
}

async function firstWindow(browser: Browser): Promise<Page> {
  const [context] = browser.contexts()
  if (context === undefined) throw new Error('Chromium has no context')
  const window = context.pages()[0] ?? (await context.waitForEvent('page'))
  await window.waitForLoadState('domcontentloaded')
  return window
}
