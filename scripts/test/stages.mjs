import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, VENV_PYTHON, venvProgram } from '../bootstrap/lib/paths.mjs'
import { countsOfJunit, countsOfPlaywright, countsOfVitest } from './counts.mjs'

/**
 * @typedef {{ command: string, args: string[], env?: NodeJS.ProcessEnv }} Command
 *
 * One part of `npm test`. Preparation counts only when it fails. A check is one that passes or fails as a whole. A suite writes a report of its tests, and
 * `count` reads it. `needs` are files without which the part does not exist yet; it is then named, never silent. `onDemand` is only run when it is named.
 * @typedef {object} Stage
 * @property {string} id
 * @property {string} title
 * @property {Command[]} commands
 * @property {string[]} [needs]
 * @property {boolean} [preparation]
 * @property {boolean} [display]
 * @property {boolean} [onDemand]
 * @property {{ file: string, count: (text: string) => import('./counts.mjs').Counts }} [report]
 */

export const REPORTS = join(ROOT, '.contentcache', 'reports')

const RUFF_CONFIG = ['--config', join('backend', 'pyproject.toml')]
const PYTHON_FOLDERS = ['backend', 'scripts', 'test']
const TYPESCRIPT_PROJECTS = ['tsconfig.electron.json', 'tsconfig.renderer.json', 'tsconfig.tools.json']

/**
 * A program of node_modules, run by this Node.
 * @param {string} path
 * @param {string[]} args
 * @returns {Command}
 */
function node(path, args) {
  return { command: process.execPath, args: [join(ROOT, 'node_modules', path), ...args] }
}

/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Command}
 */
function venv(name, args) {
  return { command: venvProgram(name), args }
}

/** @param {string} name */
function reportFile(name) {
  return join(REPORTS, name)
}

/** @type {Stage[]} */
export const STAGES = [
  {
    id: 'bootstrap',
    title: 'Bootstrap',
    preparation: true,
    commands: [{ command: process.execPath, args: [join(ROOT, 'scripts', 'bootstrap', 'main.mjs'), '--without', 'build'] }],
  },
  {
    id: 'build',
    title: 'Build',
    preparation: true,
    commands: [{ command: process.execPath, args: [join(ROOT, 'scripts', 'bootstrap', 'main.mjs')] }],
  },
  { id: 'eslint', title: 'ESLint', commands: [node('eslint/bin/eslint.js', ['.', '--max-warnings', '0'])] },
  {
    id: 'ruff',
    title: 'Ruff',
    commands: [
      venv('ruff', ['check', ...RUFF_CONFIG, ...PYTHON_FOLDERS]),
      venv('ruff', ['format', '--check', ...RUFF_CONFIG, ...PYTHON_FOLDERS]),
    ],
  },
  {
    id: 'typescript',
    title: 'TypeScript',
    commands: TYPESCRIPT_PROJECTS.map((project) => node('vue-tsc/bin/vue-tsc.js', ['--project', project])),
  },
  {
    id: 'mypy',
    title: 'mypy',
    commands: [venv('mypy', ['--config-file', join('backend', 'pyproject.toml'), ...PYTHON_FOLDERS])],
  },
  {
    id: 'codegen',
    title: 'Generated types are fresh',
    needs: ['scripts/codegen/generate.ts'],
    commands: [node('tsx/dist/cli.mjs', ['scripts/codegen/generate.ts', '--check'])],
  },
  {
    id: 'unit',
    title: 'Unit tests (vitest)',
    needs: ['vitest.config.ts', 'test/unit'],
    commands: [node('vitest/vitest.mjs', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile('vitest.json')}`])],
    report: { file: reportFile('vitest.json'), count: countsOfVitest },
  },
  {
    id: 'backend',
    title: 'Backend tests (pytest)',
    needs: ['test/backend'],
    commands: [
      {
        command: VENV_PYTHON,
        args: ['-m', 'pytest', '-c', join('backend', 'pyproject.toml'), '--rootdir', '.', `--junitxml=${reportFile('pytest.xml')}`, join('test', 'backend')],
      },
    ],
    report: { file: reportFile('pytest.xml'), count: countsOfJunit },
  },
  {
    id: 'e2e',
    title: 'End-to-end tests (Playwright)',
    needs: ['playwright.config.ts', 'test/e2e'],
    display: true,
    commands: [
      {
        ...node('@playwright/test/cli.js', ['test', '--reporter=list,json']),
        env: { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile('playwright.json') },
      },
    ],
    report: { file: reportFile('playwright.json'), count: countsOfPlaywright },
  },
  {
    id: 'packaged',
    title: 'The built app (Playwright)',
    needs: ['dist'],
    display: true,
    onDemand: true,
    commands: [
      {
        ...node('@playwright/test/cli.js', ['test', '--config', join('test', 'packaged', 'playwright.config.ts'), '--reporter=list,json']),
        env: { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile('packaged.json') },
      },
    ],
    report: { file: reportFile('packaged.json'), count: countsOfPlaywright },
  },
]

/**
 * What of a stage is not there yet.
 * @param {Stage} stage
 */
export function absentParts(stage) {
  return (stage.needs ?? []).filter((path) => !existsSync(join(ROOT, path)))
}
