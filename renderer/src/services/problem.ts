import type { Problem } from '@/contract'

/** A failure that already has words for the person. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
    this.name = 'ProblemError'
  }
}

export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

/** Whatever was thrown, as a problem; `fallback` gives the sentence for what nobody foresaw. */
export function problemOf(error: unknown, fallback: { message: string; next_step: string }): Problem {
  if (error instanceof ProblemError) return error.problem
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { code: 'unexpected', detail, ...fallback }
}
