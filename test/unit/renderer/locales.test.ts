import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { resolveLocale } from '@/i18n'
import { models } from '@/lib/models'
import manifest from '../../../backend/models/manifest.json'

const sources = import.meta.glob<string>('../../../renderer/src/**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true })

/** As written: an import would give what the build makes of it. */
const readLocale = (name: string): unknown => JSON.parse(readFileSync(`renderer/src/locales/${name}.json`, 'utf8'))

function flatten(tree: unknown, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(tree as Record<string, unknown>)) {
    if (typeof value === 'string') flat.set(prefix + key, value)
    else for (const [name, text] of flatten(value, `${prefix}${key}.`)) flat.set(name, text)
  }
  return flat
}

const en = flatten(readLocale('en'))
const de = flatten(readLocale('de'))
const placeholders = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort()

describe('locales', () => {
  it('have the same keys', () => {
    expect([...de.keys()].sort()).toEqual([...en.keys()].sort())
  })

  it('have the same placeholders and as many plural forms in each message', () => {
    const shape = (text: string | undefined): string => `${placeholders(text ?? '').join()} x ${(text ?? '').split(' | ').length}`
    expect([...en.keys()].filter((key) => shape(en.get(key)) !== shape(de.get(key)))).toEqual([])
  })

  it('hold every key that the code names', () => {
    const named = new Set(Object.values(sources).flatMap((text) => [...text.matchAll(/\bt\('([\w.-]+)'/g)].map((match) => match[1] ?? '')))
    expect(named.size).toBeGreaterThan(100)
    expect([...named].filter((key) => !en.has(key))).toEqual([])
  })

  it('follow the system only where there is a translation', () => {
    expect([resolveLocale('system', 'de-AT'), resolveLocale('system', 'fr-FR'), resolveLocale('de', 'en-US')]).toEqual(['de', 'en', 'de'])
  })
})

describe('models named in the window', () => {
  it('have the sizes of the manifest', () => {
    expect(Object.fromEntries(manifest.models.map((model) => [model.id, model.size]))).toEqual(
      Object.fromEntries(Object.entries(models).map(([id, model]) => [id, model.bytes])),
    )
  })
})
