/** A models directory of a test's own, over this machine's models, with some of them left out. */
import { mkdir, readdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { ModelId } from '../../electron/contract/generated/contract'
import { modelsDirectory } from './checkout'

const contentOf: Record<ModelId, RegExp> = {
  minilm: /^models--|^minilm\.json$/,
  'whisper-base': /^base\.pt$|^whisper-base\.json$/,
  yamnet: /^tfhub$|^yamnet\.json$/,
}

/** Folders that the downloader and the app write into. */
const written = new Set(['.verified', '.staging', '.locks', 'datasets'])

export async function linkModels(target: string, without: ModelId[] = []): Promise<void> {
  await link(modelsDirectory, target, without.map((model) => contentOf[model]))
}

async function link(from: string, to: string, leftOut: RegExp[]): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    if (leftOut.some((pattern) => pattern.test(name))) continue
    if (written.has(name)) await link(path.join(from, name), path.join(to, name), leftOut)
    else await symlink(path.join(from, name), path.join(to, name))
  }
}
