/** An installation happens when no window is left to say that it failed: the next launch says it. */
import { readFile, rm } from 'node:fs/promises'
import * as v from 'valibot'
import { writeAtomically } from '../atomic-file'
import type { Problem } from '../contract/generated/events'

const problemSchema = v.object({ code: v.string(), message: v.string(), next_step: v.nullable(v.string()), detail: v.nullable(v.string()) })

export function keepFailure(file: string, problem: Problem): Promise<void> {
  return writeAtomically(file, `${JSON.stringify(problem, null, 2)}\n`)
}

/** What the last launch kept, once; null: nothing, or nothing that can be read. */
export async function takeFailure(file: string): Promise<Problem | null> {
  try {
    const parsed = v.safeParse(problemSchema, JSON.parse(await readFile(file, 'utf8')))
    await rm(file, { force: true })
    return parsed.success ? parsed.output : null
  } catch {
    // None is there, which is the usual case; one that cannot be read has nothing to say.
    return null
  }
}
