/** Has the story told (`story.ts`), and says where that cannot be done. */
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { root, sampleLibrary } from '../support/checkout'
import { giveAway, user } from './enclosure'
import { noEnclosure } from './installation'
import type { Story } from './story'

const run = promisify(execFile)

/** Why the app cannot be run here as on somebody else's machine, or null. */
export function noStory(): string | null {
  return noEnclosure() ?? (spawnSync('unshare', ['--net', 'true']).status === 0 ? null : 'no network namespace can be made here')
}

/** What the story saw, by name. */
export async function tell(story: Story): Promise<Record<string, unknown>> {
  const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  const { stdout } = await run('unshare', ['--net', process.execPath, tsx, path.join(root, 'test', 'packaged', 'story.ts'), JSON.stringify(story)], { timeout: 600_000, maxBuffer: 1 << 24 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}

/** A folder of an ordinary user with some of the sample library's files. */
export function libraryOf(base: string, samples: string[]): string {
  const library = path.join(base, 'Archiv')
  mkdirSync(library)
  for (const file of samples) cpSync(path.join(sampleLibrary, file), path.join(library, path.basename(file)))
  giveAway(library)
  return library
}

export const hybridSamples = ['Notes/sourdough.txt', 'Notes/Werkstatt 1998.txt', 'Office/lease.docx', 'Recordings/memo 0012.m4a']

/** What the hybrid app shows wherever it lies: `app` as its own sidecars see it. */
export function hybrid(app: unknown): Record<string, unknown> {
  const sidecar = { app, program: 'resources/python/bin/python3', user, outside: [], astray: [], isolated: true }
  return {
    ...{ interfaces: ['lo'], failed: 0, words: 'sourdough.txt', meant: 'sourdough.txt', missing: ['whisper-base', 'yamnet'], offered: ['bundled', 'download', 'download'] },
    ...{ sidecars: [sidecar, sidecar], sandboxed: true, users: [user], left: [] },
  }
}
