import type { Locator } from '@playwright/test'

/** Every text that an element has held since, in order: what lasts a moment is not missed by looking now and then. */
export async function recordWords(element: Locator): Promise<() => Promise<string[]>> {
  const handle = await element.evaluateHandle((node) => {
    const words = [node.textContent]
    new MutationObserver(() => words.push(node.textContent)).observe(node, { characterData: true, childList: true, subtree: true })
    return words
  })
  return () => handle.jsonValue()
}
