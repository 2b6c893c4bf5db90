/** Chromium's own talk with the outside, switched off: nothing of the window needs a name server or a proxy. */
export const chromiumSwitches: readonly (readonly [name: string, value?: string])[] = [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-sync'],
  ['disable-client-side-phishing-detection'],
  ['no-pings'],
  ['no-first-run'],
  ['no-proxy-server'],
  ['host-resolver-rules', 'MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
]

/** Merged with what the command line already disables. */
export const disabledFeatures = ['OptimizationHints', 'MediaRouter', 'AutofillServerCommunication', 'CertificateTransparencyComponentUpdater', 'NetworkTimeServiceQuerying', 'Translate']
