import { compile } from 'json-schema-to-typescript'
import type { PythonContract } from './python-contract'
import { rootName, schemaForTypes } from './schema-for-types'
import { schemaForValidation } from './schema-for-validation'

const banner = '// Generated from backend/contract by `npm run codegen`. Do not edit.\n'
const rootInterface = new RegExp(`export interface ${rootName} \\{[^}]*\\}\\n`)

/** File name -> content of everything in electron/contract/generated. */
export async function render(contract: PythonContract): Promise<Map<string, string>> {
  const types = await compile(schemaForTypes(contract.schema.$defs), rootName, {
    bannerComment: '',
    additionalProperties: false,
    style: { singleQuote: true, semi: false, printWidth: 140 },
  })
  const module = (name: 'events' | 'api'): string => {
    const names = [...contract.modules.library, ...contract.modules[name]].sort()
    const constants = Object.entries(contract.constants[name]).map(([key, value]) => `export const ${key} = ${String(value)}\n`)
    return `${banner}export type {\n${names.map((type) => `  ${type},\n`).join('')}} from './contract'\n\n${constants.join('')}`
  }

  const schema = (name: string): string => JSON.stringify(schemaForValidation(contract.schema.$defs, name), null, 2) + '\n'
  return new Map([
    ['contract.ts', banner + types.replace(rootInterface, '')],
    ['events.ts', module('events')],
    ['api.ts', module('api')],
    ['sidecar-event.schema.json', schema('SidecarEvent')],
  ])
}
