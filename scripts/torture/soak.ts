/** The whole story: index, disturb, let it come to rest, and hold it against the disk and an undisturbed library. */
import { setTimeout as sleep } from 'node:timers/promises'
import { filesMatching, processesOf } from '../../test/support/faults'
import { killHard, survivors } from '../../test/support/processes'
import { allFaults } from './faults/index'
import type { Fault } from './faults/fault'
import { UsageError, type TortureOptions } from './options'
import { planFaults, type Planned } from './plan'
import { atRest, describeRest, growth, mebibytes, type Rest } from './rest'
import type { Scene } from './scene'
import { count, type Tally } from './tally'
import { brokenFile, compare, reportOf, search, type Verdict } from './verdict'
import type { Seen } from './eye'

export interface SoakReport {
  tally: Tally
  verdict: Verdict
  /** At rest before the first fault and after the last one that main lived through. */
  before: Rest
  after: Rest
  grown: string[]
  files: number
  searched: number
  /** Kinds of faults that this machine cannot do, with the reason. */
  hindered: string[]
}

export interface Teller {
  heading(text: string): void
  step(text: string): void
  /** For the log only. */
  note(text: string): void
}

/** Faults between two looks at the memory that are only logged: they tell a leak from caches that fill up. */
const TREND = 10
/** A process that has been told to end, or whose parent has, needs a moment. */
const END_LIMIT = 5
/**
 * Of the data directory, after an orderly end: nothing half-written, no record of a running process. What a sidecar that was killed
 * left to say is kept for an hour; the files that care of the library locks stay, unlocked; Chromium's databases are its own.
 */
const leftovers = /\.tmp$|^run\/(?!crash-|library-[a-z]+\.lock$)|^library\.db-|^window\/Singleton/

/** Rejects when the application does not come back from a fault, with that fault in the message. */
export async function soak(scene: Scene, options: TortureOptions, teller: Teller): Promise<SoakReport> {
  teller.heading(`${options.faults} faults over ${options.files} files, seed ${options.seed}`)
  await scene.makeFiles()
  await scene.launch()
  const { kinds, hindered } = await possibleFaults(scene, options.only)
  for (const reason of hindered) teller.step(`left out: ${reason}`)
  await scene.addFolders()
  const plan = planFaults(options.seed, options.faults, kinds)
  const endings = plan.filter(({ kind }) => kind.endsMain === true)
  for (const planned of endings) await suffer(scene, planned, plan.length, teller)
  const before = await scene.paused(() => atRest(scene))
  teller.step(`at rest: ${describeRest(before)}`)
  for (const planned of plan.slice(endings.length)) await suffer(scene, planned, plan.length, teller)
  await comeToRest(scene, teller)
  const after = await atRest(scene)
  teller.step(`at rest: ${describeRest(after)}`)

  teller.heading('What it has become of the library')
  const disk = await scene.files()
  const { searched, ...found } = await search(scene.eye, disk)
  teller.step(`${searched} words searched that only one file has`)
  await scene.quit()
  await countOrphans(scene, scene.dataDirectory)
  const left = filesMatching(scene.dataDirectory, leftovers).map((file) => `${file} is left in the data directory`)
  const broken = await brokenFile(scene.dataDirectory)

  teller.step('indexing the same files once more, undisturbed')
  await scene.launch(scene.undisturbedDirectory)
  await scene.addFolders()
  await scene.settled()
  await scene.quit()
  await countOrphans(scene, scene.undisturbedDirectory)
  const compared = compare(disk, await reportOf(scene.dataDirectory), await reportOf(scene.undisturbedDirectory))

  const verdict = {
    lost: [...found.lost, ...compared.lost],
    doubled: [...found.doubled, ...compared.doubled],
    other: [...found.other, ...compared.other, ...left, ...broken],
  }
  return { tally: scene.tally, verdict, before, after, grown: growth(before, after), files: disk.length, searched, hindered }
}

async function possibleFaults(scene: Scene, only: string): Promise<{ kinds: Fault[]; hindered: string[] }> {
  const kinds: Fault[] = []
  const hindered: string[] = []
  for (const fault of allFaults.filter(({ name }) => name.includes(only))) {
    const reason = (await fault.hindrance?.(scene)) ?? null
    if (reason === null) kinds.push(fault)
    else hindered.push(`${fault.name}: ${reason}`)
  }
  if (kinds.length === 0) throw new UsageError(`No fault is named "${only}". There are: ${allFaults.map(({ name }) => name).join('; ')}.`)
  return { kinds, hindered }
}

async function suffer(scene: Scene, { number, kind, wait, random }: Planned<Fault>, total: number, teller: Teller): Promise<void> {
  await scene.keepBusy()
  await sleep(wait * 1000)
  const begun = Date.now()
  const line = `${String(number).padStart(String(total).length)}/${total}  ${kind.name.padEnd(42)}`
  try {
    const { what, gone } = await kind.inject(scene, random, number)
    count(scene.tally.injected, kind.name)
    teller.note(`fault ${number}: ${kind.name}: ${what}`)
    await scene.recovered(gone)
    await scene.eye.paint()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`fault ${number}, ${kind.name}, was not survived: ${why}`, { cause: error })
  }
  scene.tally.survived += 1
  if (number % TREND === 0) {
    const [main, window] = [await scene.eye.mainHeap(), await scene.eye.windowHeap()]
    teller.note(`after fault ${number}: main ${mebibytes(main)} of objects, window ${mebibytes(window)}`)
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(1)
  teller.step(`${line} well after ${seconds.padStart(4)} s   ${queueOf(await scene.eye.look())}`)
}

async function comeToRest(scene: Scene, teller: Teller): Promise<void> {
  teller.step('no more faults: letting it finish')
  let last = ''
  await scene.settled((seen) => {
    const now = queueOf(seen)
    if (now !== last) teller.note(now)
    last = now
  })
  const retried = await scene.retryFailed()
  if (retried > 0) teller.step(`${retried} files were set aside: Retry pressed`)
}

function queueOf(seen: Seen | null): string {
  const queue = seen?.status?.library.queue
  if (queue === undefined) return ''
  const { indexed, waiting, working, failed } = queue
  return `${indexed} indexed, ${waiting} waiting, ${working} in work${failed > 0 ? `, ${failed} failed` : ''}`
}

async function countOrphans(scene: Scene, dataDirectory: string): Promise<void> {
  const left = await survivors(processesOf(dataDirectory), END_LIMIT)
  killHard(left)
  scene.tally.orphans.push(...left.map(({ command }) => command))
}
