/** The content security policy of our page. The development server injects its own client: inline styles and its socket. */
export function contentSecurityPolicy(relayOrigin: string): string {
  const relaySocket = relayOrigin.replace(/^http:/, 'ws:')
  const directives: Record<string, string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'font-src': ["'self'"],
    'img-src': ["'self'", relayOrigin],
    'media-src': [relayOrigin],
    'connect-src': ["'self'", relayOrigin, relaySocket],
    'worker-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
  }
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')
}
