/**
 * Chromium's own talk with the outside, switched off: nothing of the window needs a name server or a proxy.
 * `named`: the only names that are looked up, those of the release server and of the proxy to it; none in a build without a release address.
 */
export const chromiumSwitches = (named: readonly string[]): readonly (readonly [name: string, value?: string])[] => [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-sync'],
  ['disable-client-side-phishing-detection'],
  ['no-pings'],
  ['no-first-run'],
  ['no-proxy-server'],
  ['host-resolver-rules', ['MAP * ~NOTFOUND', ...['localhost', '127.0.0.1', ...named].map((name) => `EXCLUDE ${name}`)].join(', ')],
]

/** Merged with what the command line already disables. */
export const disabledFeatures = ['OptimizationHints', 'MediaRouter', 'AutofillServerCommunication', 'CertificateTransparencyComponentUpdater', 'NetworkTimeServiceQuerying', 'Translate']
