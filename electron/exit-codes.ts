/** How the app ends, for whoever starts it from a script: docs/DATA.md, Exit codes. */
export const exitCodes = {
  done: 0,
  /** Something could not be erased, or the app failed. */
  failed: 1,
  /** An option was not understood, or one is missing. */
  usage: 2,
  /** The app, or a process of it, runs with this data folder. */
  inUse: 3,
  /** Asked at the terminal, the person did not say yes. */
  declined: 4,
  /** A newer version used this data folder last. */
  newerData: 5,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
