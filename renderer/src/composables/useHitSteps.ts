import type { Moment } from '@/contract'
import { momentsInOrder } from '@/lib/search-stops'
import { useSelectionStore } from '@/stores/selection'
import { usePlayer } from './usePlayer'

/** A hit that began this many seconds ago still counts as the present one: `[` then goes to the one before it. */
const PRESENT = 2

/** Previous and next hit inside the shown file. In a recording they count from where the playback is, else from the shown hit. */
export function useHitSteps(): { step: (direction: 1 | -1) => void; showMoment: (moment: Moment) => void } {
  const selection = useSelectionStore()
  const player = usePlayer()

  function showMoment(moment: Moment): void {
    if (!selection.target) return
    selection.key = `moment:${moment.segment_id}`
    selection.show({ ...selection.target, moment })
  }

  function step(direction: 1 | -1): void {
    const target = selection.target
    if (!target) return
    const ordered = momentsInOrder(target.moments)
    const timed = player.active.value && ordered.some((moment) => moment.start !== null)
    const next = timed ? byTime(ordered, direction) : byPlace(ordered, target.moment, direction)
    if (next) showMoment(next)
  }

  function byTime(ordered: Moment[], direction: 1 | -1): Moment | undefined {
    const now = player.time.value
    if (direction === 1) return ordered.find((moment) => (moment.start ?? 0) > now + 0.2)
    return ordered
      .slice()
      .reverse()
      .find((moment) => (moment.start ?? 0) < now - PRESENT)
  }

  return { step, showMoment }
}

function byPlace(ordered: Moment[], present: Moment | null, direction: 1 | -1): Moment | undefined {
  const at = ordered.findIndex((moment) => moment.segment_id === present?.segment_id)
  return at === -1 ? ordered[0] : ordered[at + direction]
}
