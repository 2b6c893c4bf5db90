/** Why there is no update, in words for a person: what happened, what to do. The technical text goes behind "More". */
import type { Problem } from '../contract/generated/events'
import { messageOf, problem, ProblemError } from '../problem'

export interface ProblemContext {
  address: string
  /** Where the new version is written. */
  folder: string
}

interface Words {
  code: string
  message: string
  nextStep: string
}

const again = 'Try again later.'

/** The first that matches the code or message of an error. */
const known: readonly { pattern: RegExp; words: (context: ProblemContext) => Words }[] = [
  {
    pattern: /ERR_CHECKSUM_MISMATCH|checksum mismatch/,
    words: () => ({
      code: 'update-damaged',
      message: 'The download is not what was published: its checksum is wrong. It was deleted.',
      nextStep: 'Download it again. If it happens again, something changes it on the way, or the release is broken.',
    }),
  },
  { pattern: /ENOSPC|EDQUOT/, words: ({ folder }) => ({ code: 'update-disk-full', message: 'The disk is full.', nextStep: `Make room on the disk of ${folder}, then download it again.` }) },
  {
    pattern: /EACCES|EPERM|EROFS/,
    words: ({ address, folder }) => ({
      code: 'update-not-writable',
      message: `The app may not write to ${folder}.`,
      nextStep: `Move the app to a folder of your own, or get the new version from ${address}`,
    }),
  },
  {
    pattern: /NOT_A_RELEASE|ERR_UPDATER_INVALID_UPDATE_INFO|ERR_UPDATER_INVALID_VERSION|ERR_UPDATER_NO_/,
    words: () => ({
      code: 'update-no-release',
      message: 'What the release server answered is not a release.',
      nextStep: 'A network that asks you to sign in answers like this: open any page in your browser, then look again.',
    }),
  },
  {
    pattern: /PROXY_LOGIN|HTTP_ERROR_407/,
    words: () => ({
      code: 'update-proxy-login',
      message: 'The proxy wants a user name and a password, or others than it got.',
      nextStep: "Put them into the proxy's address (HTTPS_PROXY=http://user:password@host:port), start the app again and look again.",
    }),
  },
  {
    pattern: /ERR_PROXY_CONNECTION_FAILED|ERR_SOCKS_CONNECTION_FAILED/,
    words: () => ({
      code: 'update-proxy-unreachable',
      message: 'The proxy could not be reached.',
      nextStep: 'Check its address (HTTPS_PROXY) and whether it runs, then try again.',
    }),
  },
  {
    pattern: /ERR_TUNNEL_CONNECTION_FAILED/,
    words: ({ address }) => ({
      code: 'update-proxy-refused',
      message: 'The proxy does not let the app through to the release server.',
      nextStep: `Ask who runs it to allow ${address}, or get the new version in another network.`,
    }),
  },
  {
    pattern: /ERR_UPDATER_CHANNEL_FILE_NOT_FOUND|HTTP_ERROR_4/,
    words: ({ address }) => ({ code: 'update-not-found', message: 'The release server has not got what was asked for.', nextStep: `Try again later, or look at ${address}` }),
  },
  { pattern: /HTTP_ERROR_/, words: () => ({ code: 'update-server-error', message: 'The release server answered with an error.', nextStep: again }) },
  {
    pattern: /ERR_BLOCKED_BY_CLIENT/,
    words: () => ({ code: 'update-led-elsewhere', message: 'The release server sent the app to another address, where it does not go.', nextStep: again }),
  },
  {
    pattern: /ERR_CERT_|ERR_SSL_/,
    words: () => ({ code: 'update-not-trusted', message: 'The release server could not prove who it is.', nextStep: 'Check the date and time of this computer, then look again.' }),
  },
  { pattern: /UPDATE_SILENCE/, words: () => ({ code: 'update-silence', message: 'The release server stopped answering.', nextStep: again }) },
  { pattern: /UPDATE_TOO_LARGE/, words: () => ({ code: 'update-too-large', message: 'The release server sends more than it said.', nextStep: again }) },
  {
    pattern: /CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED|CONNECTION_RESET|CONNECTION_CLOSED|CONNECTION_ABORTED|EMPTY_RESPONSE|ECONNRESET|PREMATURE_CLOSE|Premature close|aborted/i,
    words: () => ({ code: 'update-cut-off', message: 'The connection to the release server broke off.', nextStep: 'Try again.' }),
  },
  {
    pattern: /net::ERR_|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/,
    words: () => ({ code: 'update-not-reached', message: 'The release server could not be reached.', nextStep: 'Check the connection to the internet, then try again.' }),
  },
]

export function updateProblem(error: unknown, context: ProblemContext): Problem {
  if (error instanceof ProblemError) return error.problem
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  // electron-updater puts stack traces into messages.
  const detail = [code, messageOf(error).split('\n')[0] ?? ''].filter((text) => text !== '').join(': ')
  const words = known.find(({ pattern }) => pattern.test(detail))?.words(context) ?? {
    code: 'update-failed',
    message: 'The update did not work.',
    nextStep: `Try again later, or get the new version from ${context.address}`,
  }
  return problem(words.code, words.message, { nextStep: words.nextStep, detail })
}

export function noRoom(bytes: number, folder: string): ProblemError {
  const gigabytes = (bytes / 1024 ** 3).toFixed(1)
  return new ProblemError(problem('update-disk-full', 'There is not enough room on the disk for the new version.', { nextStep: `It needs ${gigabytes} GB in ${folder}. Make room, then download it again.` }))
}
