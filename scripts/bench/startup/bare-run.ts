/** What the app is compared with: the same interpreter and the same model, and nothing else. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { tree } from '../../../test/support/processes'
import type { Place } from './app-run'
import { proportionalMemory, type ProcessMemory } from './memory'

export interface BareRun {
  /** From the start of the process to the vector of one sentence. */
  seconds: number
  memory: ProcessMemory[]
}

const program = `
import sys
from sentence_transformers import SentenceTransformer
print(len(SentenceTransformer(sys.argv[1], device="cpu").encode("baking at home")), flush=True)
sys.stdin.read()
`
const dimensions = '384'

export async function runBare({ unpacked, home, onCleanUp }: Place): Promise<BareRun> {
  const resources = path.join(unpacked, 'resources')
  const at = Date.now()
  const python = spawn(path.join(resources, 'python', 'bin', 'python3'), ['-I', '-B', '-c', program, snapshot(resources)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { HOME: home, HF_HUB_OFFLINE: '1' },
  })
  onCleanUp(() => Promise.resolve(python.kill('SIGKILL')))
  let complaint = ''
  python.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const ended = once(python, 'close')
  const [line] = (await Promise.race([once(createInterface(python.stdout), 'line'), ended])) as [unknown]
  const seconds = (Date.now() - at) / 1000
  if (line !== dimensions || python.pid === undefined) throw new Error(`the bare process failed: ${complaint}`)
  const memory = proportionalMemory(tree(python.pid))
  python.stdin.end()
  await ended
  return { seconds, memory }
}

function snapshot(resources: string): string {
  const snapshots = path.join(resources, '.contentcache', 'models', 'models--sentence-transformers--all-MiniLM-L6-v2', 'snapshots')
  const [revision] = readdirSync(snapshots)
  if (revision === undefined) throw new Error(`${snapshots} is empty`)
  return path.join(snapshots, revision)
}
