/** What the release server says, checked before anything is made of it. */
import * as v from 'valibot'
import type { Update } from '../contract/updates'

/** A pre-release is offered to nobody. */
const version = v.pipe(v.string(), v.maxLength(64), v.regex(/^\d+\.\d+\.\d+(\+[\w.-]+)?$/))
const sha512 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{86}==$/))
const file = v.object({ url: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)), sha512, size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) })

/** Of `latest-linux.yml` and its like; whatever else electron-builder writes there is not used. */
export const releaseSchema = v.object({
  version,
  files: v.pipe(v.array(file), v.minLength(1)),
  releaseDate: v.optional(v.union([v.string(), v.date()])),
})
export type Release = v.InferOutput<typeof releaseSchema>

/** The server answered, and with something that is no release. */
export class NotARelease extends Error {
  readonly code = 'NOT_A_RELEASE'
}

export function parseRelease(value: unknown): Release {
  const parsed = v.safeParse(releaseSchema, value)
  if (parsed.success) return parsed.output
  throw new NotARelease(parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'release'}: ${issue.message}`).join('; ').slice(0, 500))
}

/** `url`: of the file that this system takes. */
export function updateOf({ version: number, files, releaseDate }: Release, url: string | null): Update {
  const moment = releaseDate === undefined ? NaN : new Date(releaseDate).getTime()
  const size = files.find((each) => each.url === url)?.size ?? files[0]?.size
  return { version: number, size: size ?? null, date: Number.isNaN(moment) ? null : new Date(moment).toISOString() }
}
