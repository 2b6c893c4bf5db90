import { describe, expect, it } from 'vitest'

const sources = import.meta.glob<string>('../../../renderer/src/**/*.vue', { query: '?raw', import: 'default', eager: true })

/** What stands in a template for a text or an attribute: `{{ … }}` and `:name="…"`. */
function shownExpressions(source: string): string[] {
  const template = source.slice(source.indexOf('<template>'), source.lastIndexOf('</template>'))
  return [...template.matchAll(/\{\{(.+?)\}\}|:(?:title|alt|aria-label|label|placeholder)="(.+?)"/gs)].map((match) => match[1] ?? match[2] ?? '')
}

const fromStrangers = /\b(item|job)\.name\b|\.path\b|\bDirectory\b|\.file\b|\.(message|next_step|detail)\b|\.snippet\b|\bcamera\b|stderr/

describe('text from strangers', () => {
  it('is shown only as it is safe to read', () => {
    const raw = Object.entries(sources).flatMap(([file, source]) =>
      shownExpressions(source)
        .filter((expression) => fromStrangers.test(expression) && !/\b(readable\w*|isolated|folderLabel)\(/.test(expression))
        .map((expression) => `${file}: ${expression}`),
    )
    expect(raw).toEqual([])
  })

  it('is found where it is shown', () => {
    expect(shownExpressions('<template><p :title="item.name">{{ job.name }}</p></template>')).toEqual(['item.name', ' job.name '])
    expect(Object.values(sources).flatMap(shownExpressions).filter((expression) => fromStrangers.test(expression)).length).toBeGreaterThan(15)
  })
})
