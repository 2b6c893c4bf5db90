/** Opens a found sentence and looks whether the player really plays from there. */
import type { AppWindow } from '../../test/support/app-window'
import { watch } from '../../test/support/patience'
import { clock, green, red, step } from './terminal'

const FILE = '2024-08-19 monday.mp3'
const QUERY = 'crane September'
/** The window shows whole seconds, and the player is looked at while it already plays. */
const TOLERANCE = 2

/** False when the player stood still or somewhere else. */
export async function playFromResult(window: AppWindow): Promise<boolean> {
  const { hits } = await window.search(QUERY)
  const start = hits.find((hit) => hit.name === FILE)?.moments[0]?.start ?? null
  if (start === null) {
    step(red(`"${QUERY}" was not found in ${FILE}`))
    return false
  }
  await window.openMoment(FILE, 0)
  const begun = await watch({
    what: 'the player',
    look: () => window.player(),
    done: (player) => player !== null && !player.paused && player.currentTime > 0,
    sign: (player) => JSON.stringify(player),
    silence: 15,
  })
  const first = begun?.currentTime ?? 0
  const later = await watch({
    what: 'the player',
    look: () => window.player(),
    done: (player) => player !== null && player.currentTime > first + 1,
    sign: (player) => JSON.stringify(player),
    silence: 15,
  })
  const right = Math.abs(first - start) <= TOLERANCE
  const heard = `a click on "${QUERY}" plays ${FILE} from ${clock(first)}, it goes on to ${clock(later?.currentTime ?? 0)}`
  step(right ? green(heard) : red(`${heard}, but the sentence is at ${clock(start)}`))
  return right
}
