import { BootstrapError } from '../bootstrap/lib/errors.mjs'

/**
 * Where newer versions will lie (docs/UPDATES.md). The app refuses at run time what is refused here: electron/updates/release-address.ts.
 * @param {string | undefined} text
 * @returns {string | undefined} with a slash at its end, as a folder
 */
export function parseReleaseAddress(text) {
  if (text === undefined) return undefined
  let url
  try {
    url = new URL(text)
  } catch {
    throw new BootstrapError(`--release-address ${text} is not an address.`, 'Give the folder of a web server: https://example.org/releases/')
  }
  const { protocol, hostname, username, password, search, hash } = url
  const loopback = hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback)) {
    throw new BootstrapError(`--release-address ${text} is not safe: whoever sits between could hand out another app.`, 'Give an https address.')
  }
  if (username !== '' || password !== '') throw new BootstrapError('--release-address has a password in it, and everybody who gets the app could read it.', 'Give the address without.')
  if (search !== '' || hash !== '') throw new BootstrapError(`--release-address ${text} is not a folder.`, 'Leave out what follows ? or #.')
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}
