import type { ProxyConfig } from 'electron'

/**
 * WebRTC and whatever else webRequest and the page's policy do not see still asks for a proxy. All of it gets the relay, which
 * refuses; only the relay itself, and the development server, are reached directly. Without `<-loopback>` every port of this machine would be.
 */
export function deadEnd(relayOrigin: string, origins: readonly string[]): ProxyConfig {
  const direct = [relayOrigin, ...origins.filter((origin) => origin.startsWith('http:'))].map((origin) => new URL(origin).host)
  return { mode: 'fixed_servers', proxyRules: new URL(relayOrigin).host, proxyBypassRules: ['<-loopback>', ...direct].join(';') }
}
