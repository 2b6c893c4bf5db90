import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { JSONSchema } from 'json-schema-to-typescript'

export interface PythonContract {
  schema: { $defs: Record<string, JSONSchema> }
  modules: Record<'library' | 'events' | 'api', string[]>
  constants: Record<'events' | 'api', Record<string, number>>
}

export function pythonInterpreter(root: string): string {
  const configured = process.env['CONTENTCACHE_PYTHON']
  if (configured) return configured
  const venv = path.join(root, '.contentcache', 'venv')
  const interpreter = process.platform === 'win32' ? path.join(venv, 'Scripts', 'python.exe') : path.join(venv, 'bin', 'python')
  if (!existsSync(interpreter)) throw new Error(`No Python environment at ${venv}. Run "npm start" once, or set CONTENTCACHE_PYTHON.`)
  return interpreter
}

export function readPythonContract(root: string): PythonContract {
  const output = execFileSync(pythonInterpreter(root), [path.join('scripts', 'codegen', 'contract_schema.py')], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: root, PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output) as PythonContract
}
