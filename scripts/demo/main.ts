/**
 * `npm run demo`: the whole application once, on the sample library, before the eyes of whoever started it. Exits 0 only
 * when every search found what it should; searches that need a model which this machine lacks are listed as skipped.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { RunningApp, temporaryFolder } from '../../test/support/app'
import { sampleLibrary, workFolder } from '../../test/support/checkout'
import { openDisplay } from '../../test/support/display'
import { isRunning } from '../../test/support/processes'
import { AppWindow } from '../../test/support/app-window'
import { started } from '../../test/support/library-status'
import { runAndCleanUp, type OnCleanUp } from './clean-up'
import { playFromResult } from './play'
import { showProgress } from './progress'
import { takeScreenshots } from './screenshots'
import { bold, dim, green, heading, red, say, step, yellow } from './terminal'
import { tour } from './tour'
import { walk } from './walk'
import { waitForEngines } from './engines'

const pictures = path.join(workFolder, 'demo')

async function demo(onCleanUp: OnCleanUp): Promise<boolean> {
  await mkdir(pictures, { recursive: true })
  heading('ContentCache: what is said, heard and written in your own files')

  const display = await openDisplay()
  onCleanUp(() => display.end())
  const data = await temporaryFolder('demo')
  onCleanUp(() => data.remove())
  step(display.virtual ? 'no screen here: the window opens on a virtual one' : 'the window opens on your screen')
  const app = await RunningApp.start({ dataDirectory: data.path, display: display.name })
  onCleanUp(async () => {
    if (isRunning(app.main)) await app.quit()
  })
  step('the window is open')
  await started(app.window)
  step('the library is ready')

  heading('The sample library: papers, recordings, a video and pictures of a small workshop')
  const window = new AppWindow(app.window)
  await window.addFolder(sampleLibrary)
  step(`added ${dim(path.relative(process.cwd(), sampleLibrary))}`)
  const done = await showProgress(window)
  step(green(`${done.library.queue.indexed} files can be searched`))
  const missing = await waitForEngines(app.window)
  for (const model of missing) step(yellow(`${model.name} is not on this machine: ${model.without}`))
  const failed = done.library.queue.failed
  if (failed > 0) step(red(`${failed} files could not be read`))

  heading('A tour of searches, typed into the window')
  const outcome = await walk(window, tour, new Set(missing.map((model) => model.id)))

  heading('From a sentence to its second')
  const played = missing.some((model) => model.id === 'whisper-base') ? null : await playFromResult(window)
  if (played === null) step(yellow('skipped: without Whisper no sentence of a recording is known'))

  await takeScreenshots(app, window, pictures)
  step(`pictures of the window: ${path.relative(process.cwd(), pictures)}/`)
  const left = await app.quit()
  step(left.length === 0 ? 'the application has ended, and nothing of it is left running' : red(`${left.length} processes had to be killed`))

  heading('Result')
  const wrong = outcome.failed + Number(played === false) + Number(failed > 0) + Number(left.length > 0)
  const skipped = outcome.skipped > 0 ? yellow(`, ${outcome.skipped} skipped`) : ''
  say(`${bold(`${outcome.passed} of ${outcome.passed + outcome.failed} searches found what they should`)}${skipped}`)
  say(wrong === 0 ? green('The whole chain works on this machine. "npm start" opens the application for your own files.') : red('The demo failed: see above.'))
  return wrong === 0
}

void runAndCleanUp(demo)
