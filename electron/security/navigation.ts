import { isOwn, originOf } from './origins'

export type NavigationDecision = 'stay' | 'allow' | 'open-outside'

/** Pages about the models and the app itself that the window links to. */
const outside = new Set(['https://huggingface.co', 'https://github.com', 'https://www.kaggle.com'])

/** What becomes of a link, a redirect or window.open. The window shows our own page and never another. */
export function decideNavigation(url: string, origins: readonly string[]): NavigationDecision {
  if (isOwn(url, origins)) return 'allow'
  const origin = originOf(url)
  return origin !== null && outside.has(origin) ? 'open-outside' : 'stay'
}
