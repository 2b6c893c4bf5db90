/** What an app brings along: everything, what its main functions need, or nothing. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { python, root } from '../support/checkout'
import { settled } from '../support/library-status'
import { Stage } from './stage'

const run = promisify(execFile)
const cards = ['MiniLM', 'Whisper', 'YAMNet'] as const
const bundledCards = { bundled: ['MiniLM', 'Whisper', 'YAMNet'], hybrid: ['MiniLM'], none: [] } satisfies Record<string, (typeof cards)[number][]>

for (const [strategy, bundled] of Object.entries(bundledCards)) {
  test(`strategy ${strategy}: brings ${bundled.join(', ') || 'nothing'} along`, async () => {
    const stage = await Stage.open(`strategy-${strategy}`)
    try {
      const bundle = `${await stage.folder('resources')}/models`
      const refusal = await build(strategy, bundle)
      const lacksYamnet = refusal?.includes('YAMNet is not here') === true
      if (lacksYamnet) console.log(`skipped: ${refusal}`)
      test.skip(lacksYamnet, refusal ?? '')
      expect(refusal).toBeNull()

      const { app, window } = await stage.launch({ modelsDirectory: await stage.folder('models'), bundledModelsDirectory: bundle })
      await window.show('Models')
      for (const name of cards) {
        const card = window.modelCard(name)
        const isBundled = (bundled as string[]).includes(name)
        await expect(card).toContainText(isBundled ? 'Came with the app' : 'Not downloaded')
        await expect(card.getByRole('button', { name: /^Remove/ })).toHaveCount(0)
        await expect(card.getByRole('button', { name: /^Download/ })).toHaveCount(isBundled ? 0 : 1)
      }
      await window.addFolder(await stage.samples('library', ['Notes/sourdough.txt', 'Recordings/memo 0012.m4a']))
      await settled(app.window)
      const words = await window.search('lukewarm')
      expect(words.hits.map(({ name }) => name)).toContain('sourdough.txt')
      if (strategy === 'none') return
      const meant = await window.search('how do I make bread at home')
      expect(meant.hits[0]?.name).toBe('sourdough.txt')
      await window.show('Models')
      await window.modelCard('MiniLM').getByRole('button', { name: /^Verify/ }).click()
      await expect(window.modelCard('MiniLM')).toContainText(/every byte is right/)
      if (strategy !== 'bundled') return
      const said = await window.search('flower pot')
      expect(said.hits.map(({ name }) => name)).toContain('memo 0012.m4a')
    } finally {
      await stage.end()
    }
  })
}

/** null, or why there is no bundle. */
async function build(strategy: string, into: string): Promise<string | null> {
  try {
    await run(python, ['-m', 'scripts.models', 'bundle', '--strategy', strategy, '--into', into], { cwd: root })
    return null
  } catch (error) {
    return (error as { stdout: string }).stdout.trim()
  }
}
