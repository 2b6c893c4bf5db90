/** Gathers the facts of the report on this machine. */
import { realpath } from 'node:fs/promises'
import os from 'node:os'
import process from 'node:process'
import type { Snapshot } from '../contract/relay'
import type { Paths } from '../paths'
import { freeSpace } from './free-space'
import { logTails } from './log-tails'
import { diagnosticsReport } from './report'

export interface DiagnosticsOptions {
  /** Of the app. */
  version: string
  paths: Pick<Paths, 'data' | 'logs'>
  snapshot: () => Snapshot
  locale: () => string
  /** They stand nowhere by design; a log line that held one all the same must not leave this machine. */
  secrets: readonly string[]
}

const logLines = 40

export async function collectDiagnostics({ version, paths, snapshot, locale, secrets }: DiagnosticsOptions): Promise<string> {
  const home = os.homedir()
  const [free, logs, realHome] = await Promise.all([freeSpace(paths.data), logTails(paths.logs, logLines), realpath(home).catch(() => home)])
  return diagnosticsReport(
    {
      at: Date.now(),
      versions: { ContentCache: version, Electron: process.versions.electron, Chrome: process.versions.chrome, Node: process.versions.node },
      system: `${process.platform} ${process.arch}, ${os.type()} ${os.release()}, ${os.version()}`,
      locale: locale(),
      dataDirectory: paths.data,
      freeSpace: free,
      uptime: process.uptime(),
      snapshot: snapshot(),
      logs,
    },
    { secrets, homes: [home, realHome] },
  )
}
