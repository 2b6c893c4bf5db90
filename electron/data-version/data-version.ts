/**
 * Which version of the app used a data folder last. What a release writes, every release of the same minor version can read; so one of a lower minor
 * version, or of a lower major one, keeps its hands off.
 */
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { writeAtomically } from '../atomic-file'

const versionPattern = /^(\d+)\.(\d+)\.\d+/
const schema = v.object({ version: v.pipe(v.string(), v.regex(versionPattern)) })

export type LastUse = { kind: 'none' } | { kind: 'version'; version: string } | { kind: 'damaged'; detail: string }

export function readLastUse(file: string): LastUse {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { kind: 'none' } : { kind: 'damaged', detail: String(error) }
  }
  try {
    return { kind: 'version', version: v.parse(schema, JSON.parse(text)).version }
  } catch (error) {
    return { kind: 'damaged', detail: String(error) }
  }
}

/** Whether `app` may not touch what `lastUsed` has written. */
export function isTooOld(app: string, lastUsed: string): boolean {
  const [one, other] = [minorVersion(app), minorVersion(lastUsed)]
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1])
}

function minorVersion(version: string): [major: number, minor: number] {
  const [, major, minor] = versionPattern.exec(version) ?? []
  if (major === undefined || minor === undefined) throw new Error(`${version} is no version`)
  return [Number(major), Number(minor)]
}

/** Rejects when the disk is full, or the folder may not be written. */
export async function recordUse(file: string, version: string): Promise<void> {
  const last = readLastUse(file)
  if (last.kind === 'version' && last.version === version) return
  await writeAtomically(file, `${JSON.stringify({ version })}\n`)
}
