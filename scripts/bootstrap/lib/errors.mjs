/** A failure that a person can act on. */
export class BootstrapError extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} nextStep what to do about it
   */
  constructor(message, nextStep) {
    super(message)
    this.name = 'BootstrapError'
    this.nextStep = nextStep
  }
}

/** A program that ended with an error. Its output is kept, because only its last lines say why. */
export class CommandError extends Error {
  /**
   * @param {string} command
   * @param {string} ending
   * @param {string} output
   */
  constructor(command, ending, output) {
    super(`${command}: ${ending}`)
    this.name = 'CommandError'
    this.output = output
  }

  /**
   * The last lines of its output that say something new.
   * @param {number} lines
   */
  tail(lines) {
    const telling = this.output.trimEnd().split('\n').filter((line) => !line.includes('Retrying (Retry('))
    return telling.slice(-lines).join('\n')
  }
}

/**
 * For the end of a program: the failure in words and exit code 1. What is a mistake of the program itself is thrown on.
 * @param {unknown} error
 */
export function tellFailure(error) {
  if (error instanceof BootstrapError) console.error(`\n${error.message}\nWhat to do: ${error.nextStep}`)
  else if (error instanceof CommandError) console.error(`\n${error.message}\n${error.tail(20)}`)
  else throw error
  process.exitCode = 1
}
