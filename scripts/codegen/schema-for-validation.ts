import type { JSONSchema } from 'json-schema-to-typescript'

const reference = /^#\/\$defs\/(.+)$/

function namesIn(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const entry of node) namesIn(entry, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  for (const [key, value] of Object.entries(node)) {
    const name = key === '$ref' && typeof value === 'string' ? reference.exec(value)?.[1] : undefined
    if (name === undefined) namesIn(value, found)
    else found.add(name)
  }
}

/** One definition and all it needs, as a schema of its own. ajv picks the branch by the discriminator but takes no mapping. */
export function schemaForValidation(definitions: Record<string, JSONSchema>, name: string): JSONSchema {
  const needed = new Map<string, JSONSchema>()
  const waiting = [name]
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    const definition = definitions[current]
    if (definition === undefined) throw new Error(`The contract has no definition of ${current}.`)
    if (needed.has(current)) continue
    needed.set(current, definition)
    const found = new Set<string>()
    namesIn({ ...definition, discriminator: undefined }, found)
    waiting.push(...found)
  }
  const root: JSONSchema = { ...needed.get(name) }
  needed.delete(name)
  const discriminator: unknown = root['discriminator']
  if (typeof discriminator === 'object' && discriminator !== null && 'propertyName' in discriminator) {
    root['discriminator'] = { propertyName: discriminator.propertyName }
    // Without it, whatever is no object satisfies a discriminated union.
    root.type = 'object'
  }
  const ordered = [...needed].sort(([a], [b]) => (a < b ? -1 : 1))
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...root, $defs: Object.fromEntries(ordered) }
}
