import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const scripts = fileURLToPath(new URL('../../../scripts', import.meta.url))
let checkout: string

// The bootstrap finds its checkout by where it lies, so a copy of it elsewhere has one of its own.
beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'contentcache-bootstrap-'))
  cpSync(path.join(scripts, 'bootstrap'), path.join(checkout, 'scripts', 'bootstrap'), { recursive: true })
  cpSync(path.join(scripts, 'electron-runtime'), path.join(checkout, 'scripts', 'electron-runtime'), { recursive: true })
})

afterEach(() => {
  rmSync(checkout, { recursive: true })
})

function inCheckout(code: string): { stdout: string; stderr: string; status: number | null } {
  writeFileSync(path.join(checkout, 'probe.mjs'), code)
  return spawnSync(process.execPath, ['probe.mjs'], { cwd: checkout, encoding: 'utf8', timeout: 20_000 })
}

const step = (body: string) => `
import { carryOut } from './scripts/bootstrap/lib/step.mjs'
import { digestOf } from './scripts/bootstrap/lib/stamps.mjs'
const step = {
  id: 'probe', title: 'Probe', inputs: () => digestOf({ paths: ['input.txt'] }),
  async perform() { ${body} },
}
await carryOut(step)
`

it('does a step once, and again when what it depends on has changed', () => {
  writeFileSync(path.join(checkout, 'input.txt'), 'one')
  const code = step("return 'performed'")
  const outcomes = [inCheckout(code).stdout, inCheckout(code).stdout]
  writeFileSync(path.join(checkout, 'input.txt'), 'two')
  outcomes.push(inCheckout(code).stdout)
  expect(outcomes.map((output) => /: (done|unchanged)/.exec(output)?.[1])).toEqual(['done', 'unchanged', 'done'])
})

it('does not stamp a step that failed', () => {
  writeFileSync(path.join(checkout, 'input.txt'), 'one')
  const failed = inCheckout(step("throw new Error('broken')"))
  expect(failed.status).not.toBe(0)
  expect(failed.stdout).toContain('✗ Probe: failed')
  expect(inCheckout(step("return 'performed'")).stdout).toContain('Probe: done')
})

const lock = () => path.join(checkout, '.contentcache', 'bootstrap.lock')
const exclusive = `
import { existsSync } from 'node:fs'
import { exclusively } from './scripts/bootstrap/lib/exclusive.mjs'
await exclusively(async () => console.log('held', existsSync('.contentcache/bootstrap.lock')))
`

it('takes over from a bootstrap that was killed, and leaves no lock', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  mkdirSync(path.dirname(lock()))
  writeFileSync(lock(), String(pid))
  expect(inCheckout(exclusive).stdout.trim()).toBe('held true')
  expect(existsSync(lock())).toBe(false)
})

it('waits for a bootstrap that runs, naming it', () => {
  mkdirSync(path.dirname(lock()))
  writeFileSync(lock(), String(process.pid))
  writeFileSync(path.join(checkout, 'probe.mjs'), exclusive)
  const waiting = spawnSync(process.execPath, ['probe.mjs'], { cwd: checkout, encoding: 'utf8', timeout: 1500 })
  expect(waiting.stdout).toContain(`Process ${process.pid} is bootstrapping this checkout`)
  expect(waiting.stdout).not.toContain('held')
  expect(readFileSync(lock(), 'utf8')).toBe(String(process.pid))
})

it('names what is missing when there is no Python 3.11', () => {
  const probe = "import { requirePython } from './scripts/bootstrap/lib/find-python.mjs'\nawait requirePython().catch((error) => console.log(error.message, error.nextStep))"
  writeFileSync(path.join(checkout, 'probe.mjs'), probe)
  const result = spawnSync(process.execPath, ['probe.mjs'], { cwd: checkout, encoding: 'utf8', env: { PATH: checkout } })
  expect(result.stdout).toMatch(/Python 3.11 was not found.*Install Python 3.11/s)
})

it('says why Electron cannot be started before there is one', () => {
  const probe = "import { resolveElectron } from './scripts/electron-runtime/resolve.mjs'\ntry { resolveElectron() } catch (error) { console.log(error.message, error.nextStep) }"
  expect(inCheckout(probe).stdout.trim()).toBe('There is no Electron runtime yet. npm run bootstrap')
})

it('refuses an override that is no Electron instead of taking another', () => {
  const probe = "import { provide } from './scripts/electron-runtime/provide.mjs'\nprocess.env.ELECTRON_OVERRIDE_DIST_PATH = '.'\nawait provide({}).catch((error) => console.log(error.message))"
  expect(inCheckout(probe).stdout).toContain('there is no Electron distribution')
})
