import { statSync } from 'node:fs'
import type { SuggestedFolder } from './contract/ipc'

const kinds: readonly SuggestedFolder['kind'][] = ['documents', 'music', 'videos', 'pictures']

/** Those of this person's own folders that exist. Where a desktop has no such folder, it names the home folder, which is not offered. */
export function suggestedFolders(locate: (name: SuggestedFolder['kind'] | 'home') => string): SuggestedFolder[] {
  const home = locate('home')
  return kinds.flatMap((kind) => {
    try {
      const path = locate(kind)
      return path !== home && statSync(path).isDirectory() ? [{ kind, path }] : []
    } catch {
      return []
    }
  })
}
