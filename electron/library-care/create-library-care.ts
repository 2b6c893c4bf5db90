/** The care of the library as the app uses it: its processes, its place in the picture, and what it hears of the sidecars. */
import { createLog } from '../log/log'
import type { EventStream } from '../relay/event-stream'
import type { Paths } from '../paths'
import { sidecarPlan, type Sidecars } from '../sidecars/sidecars'
import { careRunner } from './care-run'
import { LibraryCare } from './library-care'

export interface CareOptions {
  paths: Paths
  isOffline: () => boolean
  events: EventStream
  sidecars: Pick<Sidecars, 'start' | 'stop' | 'restart'>
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number
}

export function createLibraryCare({ paths, isOffline, events, sidecars, now }: CareOptions): LibraryCare {
  const care = new LibraryCare({
    run: careRunner(() => sidecarPlan(paths, isOffline()), createLog(paths.logs, 'library-care')),
    publish: (event) => events.publish(event),
    statuses: () => events.snapshot.sidecars,
    sidecars,
    ...(now === undefined ? {} : { now }),
  })
  events.subscribe((event) => {
    if (event.type === 'sidecar-changed') care.heardOf(event.sidecar)
  })
  return care
}
