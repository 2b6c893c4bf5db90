/** What packaging wrote of the software of others: one text, and a list of what is in it. Its writer: `scripts/package/notices`. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import * as v from 'valibot'
import { componentKinds, type LicensedComponent, type ThirdPartyLicences } from '../contract/ipc'
import { messageOf, problem, ProblemError } from '../problem'

export const LICENCES_FILE = 'THIRD-PARTY-LICENCES.txt'
const LIST_FILE = 'components.json'

/** Bytes; the text of the whole app has 2.5 million. Both files cross to the window whole. */
const limit = 16 * 1024 * 1024

const lines = v.pipe(v.number(), v.integer(), v.minValue(0))
const listSchema = v.array(
  v.object({
    kind: v.picklist(componentKinds),
    name: v.string(),
    version: v.string(),
    licence: v.string(),
    within: v.optional(v.string()),
    source: v.optional(v.string()),
    terms: v.array(v.tuple([lines, lines])),
  }),
) satisfies v.GenericSchema<unknown, LicensedComponent[]>

/** `notices`: a folder. null: it has no such text. Throws ProblemError when it is there and cannot be shown. */
export async function readNotices(notices: string): Promise<ThirdPartyLicences['notices']> {
  const file = path.join(notices, LICENCES_FILE)
  if (!(await exists(file))) return null
  try {
    const [text, list] = await Promise.all([readLimited(file), readLimited(path.join(notices, LIST_FILE))])
    return { text, components: v.parse(listSchema, JSON.parse(list)) }
  } catch (error) {
    throw new ProblemError(problem('licences-unreadable', 'The third-party licences could not be read.', { nextStep: `They are in ${notices}. Install the app again if that is not as it was.`, detail: messageOf(error) }))
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    // It is there and refuses: whoever opens it says so.
    return true
  }
}

async function readLimited(file: string): Promise<string> {
  const { size } = await stat(file)
  if (size > limit) throw new Error(`${file} has ${size} bytes, more than the ${limit} that are shown.`)
  return readFile(file, 'utf8')
}
