/** How the release server is reached: by the proxies of the environment, the same that the downloads of models go by. */
import { isOnThisMachine } from './release-address'

function variable(environment: NodeJS.ProcessEnv, name: string): string {
  return (environment[name.toLowerCase()] ?? environment[name.toUpperCase()] ?? '').trim()
}

/** `NO_PROXY`: names with everything below them, or `*`. */
function isExcepted(host: string, list: string): boolean {
  const names = list.split(',').map((name) => name.trim().replace(/^\*?\./, '').replace(/:\d+$/, ''))
  return names.some((name) => name === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`))))
}

/** null: directly. A proxy without a scheme is an http one. */
export function releaseProxy(address: URL, environment: NodeJS.ProcessEnv): URL | null {
  if (isOnThisMachine(address) || isExcepted(address.hostname, variable(environment, 'NO_PROXY'))) return null
  const named = variable(environment, address.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || variable(environment, 'ALL_PROXY')
  if (named === '') return null
  try {
    return new URL(named.includes('://') ? named : `http://${named}`)
  } catch {
    return null
  }
}

export interface ProxyLogin {
  username: string
  password: string
}

/** null: the proxy's address has none. A sign that must be written as %.. in an address, and was not, is taken as it is. */
export function proxyLogin(proxy: URL | null): ProxyLogin | null {
  if (proxy === null || proxy.username === '') return null
  return { username: decoded(proxy.username), password: decoded(proxy.password) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Of one request. Who asks again does not take this login: Chromium would give it some thirty times more, and a company locks an account long before.
 * A server that asks is no proxy and gets nothing. `refused`: the proxy has got no login that it takes.
 */
export function loginOnce(login: ProxyLogin | null, refused: () => void): (asks: { isProxy: boolean }, answer: (username?: string, password?: string) => void) => void {
  let isGiven = false
  return ({ isProxy }, answer) => {
    if (!isProxy || login === null || isGiven) {
      if (isProxy) refused()
      answer()
      return
    }
    isGiven = true
    answer(login.username, login.password)
  }
}

/** What Chromium must look up to reach it. */
export function releaseNames(address: URL, environment: NodeJS.ProcessEnv): string[] {
  const proxy = releaseProxy(address, environment)
  // Brackets are of an address by number, which nobody looks up.
  return [address, ...(proxy === null ? [] : [proxy])].map(({ hostname }) => hostname).filter((name) => !name.startsWith('['))
}
