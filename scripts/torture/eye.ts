/**
 * The application's window, asked through main. Playwright's own page is lost when the window's process is killed; main and the
 * window that it loads again are still there.
 */
import type V8 from 'node:v8'
import type Vm from 'node:vm'
import type { ElectronApplication } from '@playwright/test'
import type { FileHit, Item, ItemPage, SearchResponse, Status } from '../../electron/contract/generated/contract'
import type { IpcArgument, IpcChannel, IpcReply, IpcResults } from '../../electron/contract/ipc'
import type { Snapshot } from '../../electron/contract/relay'

export interface Seen {
  /** As the relay tells it to anybody who connects. */
  snapshot: Snapshot
  /** As search_server answers it through the relay; null while it does not. */
  status: Status | null
}

/** Seconds: a window whose process has just been killed never answers what it was asked before, so it is asked again. */
const LOOK_PATIENCE = 5
/** Main itself lets a command wait for a search_server that is starting. */
const COMMAND_PATIENCE = 60

const origin = `
  const session = await window.contentcache.invoke('session:get')
  if (!session.ok) throw new Error(session.problem.message)
  const origin = session.value.relayOrigin
`

const lookScript = `
  ${origin}
  const socket = new WebSocket(origin.replace('http:', 'ws:') + '/events')
  let snapshot
  try {
    snapshot = await new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(JSON.parse(data))
      socket.onerror = () => reject(new Error('the relay refused the connection'))
    })
  } finally {
    socket.close()
  }
  const response = await fetch(origin + '/api/status').catch(() => null)
  return { snapshot, status: response?.ok ? await response.json() : null }
`

export class Eye {
  constructor(private readonly electron: ElectronApplication) {}

  /** null when the window, main or the relay does not answer. */
  async look(): Promise<Seen | null> {
    try {
      return await this.run<Seen>(lookScript, LOOK_PATIENCE)
    } catch {
      // What is missing, and for how long, is for the caller to judge: it looks again.
      return null
    }
  }

  /** What a button of the window does. Rejects with the sentence that a person would read. */
  async command<C extends IpcChannel>(
    channel: C,
    ...argument: IpcArgument<C> extends undefined ? [] : [IpcArgument<C>]
  ): Promise<IpcResults[C]> {
    const passed = [channel, ...argument].map((value) => JSON.stringify(value)).join(', ')
    const reply = await this.run<IpcReply<C>>(`return window.contentcache.invoke(${passed})`)
    if (!reply.ok) throw new Error(`${channel}: ${reply.problem.message} ${reply.problem.detail ?? ''}`)
    return reply.value
  }

  async items(query: string): Promise<Item[]> {
    return (await this.fetch<ItemPage>(`/api/items?limit=500&${query}`)).items
  }

  async find(query: string): Promise<FileHit[]> {
    return (await this.fetch<SearchResponse>(`/api/search?q=${encodeURIComponent(query)}`)).hits
  }

  /** The system's own dialogs cannot be clicked from here: these are answered at once, from now on. */
  answerDialogs(answers: Partial<Record<'showOpenDialog' | 'showSaveDialog' | 'showMessageBox', object>>): Promise<void> {
    return this.electron.evaluate(({ dialog }, given) => {
      for (const [name, answer] of Object.entries(given)) Object.assign(dialog, { [name]: () => Promise.resolve(answer) })
    }, answers)
  }

  /** Resolves when the window has drawn something new: it needs its own process, and the one that paints. */
  paint(): Promise<boolean> {
    return this.run('await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))); return true')
  }

  /** Bytes of JavaScript objects in the window, after its garbage is collected. */
  async windowHeap(): Promise<number> {
    return this.electron.evaluate(async ({ BrowserWindow }) => {
      const devtools = BrowserWindow.getAllWindows()[0]?.webContents.debugger
      if (devtools === undefined) throw new Error('there is no window')
      devtools.attach()
      try {
        await devtools.sendCommand('HeapProfiler.collectGarbage')
        const { usedSize } = (await devtools.sendCommand('Runtime.getHeapUsage')) as { usedSize: number }
        return usedSize
      } finally {
        devtools.detach()
      }
    })
  }

  /** Bytes of JavaScript objects in main, after its garbage is collected. */
  async mainHeap(): Promise<number> {
    return this.electron.evaluate(() => {
      const { mainModule } = process as unknown as { mainModule: NodeJS.Module }
      const v8 = mainModule.require('node:v8') as Pick<typeof V8, 'setFlagsFromString'>
      const vm = mainModule.require('node:vm') as Pick<typeof Vm, 'runInNewContext'>
      v8.setFlagsFromString('--expose-gc')
      const collect = vm.runInNewContext('gc') as () => void
      collect()
      collect()
      return process.memoryUsage().heapUsed
    })
  }

  private fetch<T>(path: string): Promise<T> {
    return this.run<T>(`
      ${origin}
      const response = await fetch(origin + ${JSON.stringify(path)})
      if (!response.ok) throw new Error(await response.text())
      return response.json()
    `)
  }

  private async run<T>(body: string, patience = COMMAND_PATIENCE): Promise<T> {
    const answer = this.electron.evaluate(async ({ BrowserWindow }, script) => {
      const [window] = BrowserWindow.getAllWindows()
      if (window === undefined) throw new Error('there is no window')
      return (await window.webContents.executeJavaScript(script)) as unknown
    }, `(async () => { ${body} })()`)
    // Whoever no longer waits for it must not be ended by its failure.
    answer.catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`the window did not answer within ${patience} s`)), patience * 1000)
    })
    try {
      return (await Promise.race([answer, silence])) as T
    } finally {
      clearTimeout(timer)
    }
  }
}
