/**
 * `npm run bench:startup`: the built app from its launch to its first answers, in turn with a bare process of the same Python that imports
 * sentence-transformers, loads the same MiniLM and encodes one sentence. Whatever a run needs is in the page cache: one of each comes first and is not
 * counted. Nothing is judged: times are of this machine at this hour, and the ratio is what is comparable.
 */
import { existsSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../../../test/support/app'
import { root, sampleLibrary } from '../../../test/support/checkout'
import { openDisplay } from '../../../test/support/display'
import { runAndCleanUp, type OnCleanUp } from '../../demo/clean-up'
import { dim, heading, say, step } from '../../demo/terminal'
import { launchAndSearch, prepareLibrary, type AppRun } from './app-run'
import { runBare, type BareRun } from './bare-run'
import { memoryTable, timesTable } from './tables'

const unpacked = path.join(root, 'dist', 'linux-unpacked')
const documents = ['Notes', 'Office']

async function startup(runs: number, onCleanUp: OnCleanUp): Promise<boolean> {
  if (!existsSync(unpacked)) throw new Error(`There is no ${path.relative(root, unpacked)}: npm run package makes it, on Linux.`)
  const display = await openDisplay()
  onCleanUp(() => display.end())
  const base = await temporaryFolder('startup')
  onCleanUp(() => base.remove())
  const library = path.join(base.path, 'Documents')
  await mkdir(library)
  for (const folder of documents) await cp(path.join(sampleLibrary, folder), path.join(library, folder), { recursive: true })
  const place = { unpacked, data: path.join(base.path, 'data'), home: path.join(base.path, 'home'), display: display.name, onCleanUp }
  await mkdir(place.home)

  heading(`${runs} runs of each, in turn; ${cpus().length} cores, load ${load()}`)
  await prepareLibrary(place, library)
  await runBare(place)
  step('a library was indexed, and one run of each went before')
  const app: AppRun[] = []
  const bare: BareRun[] = []
  for (let index = 1; index <= runs; index += 1) {
    app.push(await launchAndSearch(place))
    bare.push(await runBare(place))
    step(`run ${index} of ${runs}`)
  }
  heading('Seconds from the launch')
  say(timesTable(app, bare))
  heading('Memory of each process at rest, MiB (of what is shared, its share: PSS), after the last run')
  say(memoryTable(app, bare))
  say(dim(`\nLoad at the end ${load()}. The window was driven through Chromium's own debugging port, which the launch does not wait for.`))
  return true
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) {
  say('npm run bench:startup -- [--runs 5]')
  process.exitCode = 2
} else void runAndCleanUp((onCleanUp) => startup(runs, onCleanUp))
