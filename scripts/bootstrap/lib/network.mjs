import { BootstrapError, CommandError } from './errors.mjs'

const UNREACHABLE =
  /no connection|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|NameResolutionError|Max retries exceeded|Temporary failure|Could not resolve|ConnectTimeout|ProxyError|Network is unreachable/

/** @param {CommandError} error */
export function isUnreachable(error) {
  return UNREACHABLE.test(error.output)
}

/**
 * The failure of a package manager in words: no connection, or its own last lines.
 * @param {unknown} error
 * @param {string} what
 */
export function installFailure(error, what) {
  if (!(error instanceof CommandError)) return error
  if (isUnreachable(error)) {
    return new BootstrapError(
      `${what} could not be fetched: the package registry is not reachable.\n${error.tail(4)}`,
      'Connect to the network, or configure a mirror for npm and pip, and run the same command again; what is done is kept.',
    )
  }
  return new BootstrapError(`${what} could not be installed.\n${error.tail(15)}`, 'The lines above are what the package manager said.')
}
