import type { Problem } from './contract/generated/events'

export function problem(code: string, message: string, more: { nextStep?: string; detail?: string } = {}): Problem {
  return { code, message, next_step: more.nextStep ?? null, detail: more.detail ?? null }
}

/** For whatever would begin while everything is being stopped. */
export const appClosing = problem('app-closing', 'The app is being closed.')

/** A failure that a person is told about: crosses IPC and HTTP as its `problem`. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
    this.name = 'ProblemError'
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What to tell a person about any failure. The technical text goes behind "More". */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  return problem('internal', 'Something went wrong inside the app.', {
    nextStep: 'Try again. If it happens again, restart the app.',
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
}
