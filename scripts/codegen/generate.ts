/** `npm run codegen` writes electron/contract/generated from backend/contract; with `--check` it only says whether that is needed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readPythonContract } from './python-contract'
import { render } from './render'

const root = path.resolve(__dirname, '..', '..')
const folder = path.join(root, 'electron', 'contract', 'generated')

async function main(): Promise<void> {
  const files = await render(readPythonContract(root))
  const present = existsSync(folder) ? readdirSync(folder) : []
  const superfluous = present.filter((name) => !files.has(name))
  const stale = [...files].filter(([name, content]) => !present.includes(name) || readFileSync(path.join(folder, name), 'utf8') !== content).map(([name]) => name)

  if (process.argv.includes('--check')) {
    const wrong = [...stale, ...superfluous]
    if (wrong.length > 0) {
      process.stderr.write(`electron/contract/generated is stale: ${wrong.join(', ')}. Run "npm run codegen".\n`)
      process.exitCode = 1
    }
  } else {
    mkdirSync(folder, { recursive: true })
    for (const name of superfluous) rmSync(path.join(folder, name))
    for (const name of stale) writeFileSync(path.join(folder, name), files.get(name) ?? '')
    process.stdout.write(stale.length + superfluous.length === 0 ? 'The contract is up to date.\n' : `Written: ${stale.join(', ')}\n`)
  }
}

void main()
