/** One app for each data folder: Electron's lock, which lies in the profile. */
import path from 'node:path'
import { app } from 'electron'
import * as v from 'valibot'
import { oneAtATime } from './launch-gate'

/** Of a start that found the app running, told to the one that runs. */
const startSchema = v.object({ args: v.array(v.string()), workingDirectory: v.string() })
export type AnotherStart = v.InferOutput<typeof startSchema>

/**
 * False when an app has this profile; it is told of `start`. Chromium takes its lock in two steps, and what it finds half taken by a program that
 * is not called `chrome` it throws away (IsChromeProcess in process_singleton_posix.cc), so that of two started at once both would run: one after the other.
 */
export function acquireInstanceLock(profile: string, start: AnotherStart | null): boolean {
  app.setPath('userData', profile)
  return oneAtATime(path.join(profile, 'launch.lock'), () => app.requestSingleInstanceLock({ ...start }))
}

/** Null: of a start that did not want the app itself. */
export function onAnotherStart(listener: (start: AnotherStart | null) => void): void {
  app.on('second-instance', (_event, _argv, _workingDirectory, told) => {
    const start = v.safeParse(startSchema, told)
    listener(start.success ? start.output : null)
  })
}
