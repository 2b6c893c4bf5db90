/** For every command of the IPC map, arguments that its schema does not allow: whole ones, and allowed ones with one part spoiled. */
import * as v from 'valibot'
import { ipcArguments, type IpcChannel } from '../../electron/contract/ipc'

const junk: unknown[] = [
  ...[null, undefined, true, 0, 1, -1, 1.5, NaN, Infinity, 2 ** 60, '', 'x', '1', '../../etc/passwd', '\0', '<img src=x onerror=alert(1)>', 'x'.repeat(100_000)],
  ...[[], [null], [['minilm']], {}, { path: null }, { rootId: '1' }, { itemId: {} }, { toString: 'x' }, { length: 1 }, { constructor: { prototype: 1 } }],
]

interface Described {
  type: string
  entries?: Record<string, Described>
  options?: readonly unknown[]
  item?: Described
  wrapped?: Described
  pipe?: readonly { kind: string; type: string }[]
}

/** An argument that is allowed, made from the schema's own description. */
function allowed(schema: Described): unknown {
  switch (schema.type) {
    case 'undefined':
      return undefined
    case 'object':
      return Object.fromEntries(Object.entries(schema.entries ?? {}).map(([name, part]) => [name, allowed(part)]))
    case 'picklist':
      return schema.options?.[0]
    case 'array':
      return schema.item === undefined ? [] : [allowed(schema.item)]
    case 'optional':
      return schema.wrapped === undefined ? undefined : allowed(schema.wrapped)
    case 'boolean':
      return true
    case 'number':
      return 1
    case 'string':
      return '/nowhere'
    default:
      throw new Error(`No argument is made for ${schema.type}: say here how.`)
  }
}

export interface HostileCall {
  channel: IpcChannel
  argument: unknown
}

export function hostileCalls(): HostileCall[] {
  return (Object.keys(ipcArguments) as IpcChannel[]).flatMap((channel) => {
    const schema = ipcArguments[channel]
    const good = allowed(schema)
    if (!v.is(schema, good)) throw new Error(`${channel}: ${JSON.stringify(good)} was meant to be allowed`)
    const spoiled =
      typeof good === 'object'
        ? Object.keys(good).flatMap((part) => junk.map((value): unknown => ({ ...good, [part]: value })))
        : []
    return [...junk, ...spoiled].filter((argument) => !v.is(schema, argument)).map((argument) => ({ channel, argument }))
  })
}
