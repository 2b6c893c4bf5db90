import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/**
 * What breaks WCAG in the window as it is now, a line each. Without motion meanwhile: axe would measure the contrast of what is just fading away.
 * Fails when axe applied hardly a rule, as on an empty page.
 */
export async function violationsIn(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  try {
    // What fades already goes on at its own pace.
    await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
    // A second page, which axe would open for its report, does not exist in Electron: hence the legacy mode.
    const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    expect(passes.length, 'rules that axe applied').toBeGreaterThan(10)
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`))
  } finally {
    await page.emulateMedia({ reducedMotion: null })
  }
}
