import type { JSONSchema } from 'json-schema-to-typescript'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOfReference(value: unknown): string | undefined {
  return isRecord(value) && typeof value['$ref'] === 'string' ? value['$ref'].split('/').at(-1) : undefined
}

/**
 * json-schema-to-typescript reads draft 4: it knows no `prefixItems`, ignores the key type of a map, and makes an alias of
 * every titled property. The result describes the same values in its words.
 */
function adaptNode(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(adaptNode)
  if (!isRecord(node)) return node
  const adapted: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties' && isRecord(value)) {
      adapted[key] = Object.fromEntries(Object.entries(value).map(([name, property]) => [name, adaptNode(property)]))
    } else if (key === 'prefixItems') {
      adapted['items'] = adaptNode(value)
    } else if (key === '$ref' && typeof value === 'string') {
      adapted[key] = value.replace('#/$defs/', '#/definitions/')
    } else if (key !== 'title' && key !== 'default' && key !== 'discriminator') {
      adapted[key] = adaptNode(value)
    }
  }
  const keyType = nameOfReference(node['propertyNames'])
  if (keyType !== undefined) {
    const values = node['additionalProperties']
    if (!isRecord(values) || values['type'] !== 'integer') throw new Error(`A map with values other than integers needs a rule here: ${JSON.stringify(node)}`)
    return { tsType: `Partial<Record<${keyType}, number>>` }
  }
  return adapted
}

/** Name of the interface that holds one property a definition, for the compiler to reach them all. */
export const rootName = 'EveryContractType'

export function schemaForTypes(definitions: Record<string, JSONSchema>): JSONSchema {
  const named = Object.entries(definitions).map(([name, schema]) => [name, { ...(adaptNode(schema) as JSONSchema), title: name }] as const)
  const properties = Object.fromEntries(named.map(([name]) => [name, { $ref: `#/definitions/${name}` }]))
  return { title: rootName, type: 'object', properties, definitions: Object.fromEntries(named) }
}
