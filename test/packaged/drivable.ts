import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { program } from './installation'

/** Its program with the one fuse on that Playwright needs; the release itself has it off, which `runtime.spec.ts` reads. */
export async function drivable(base: string): Promise<string> {
  const copy = path.join(base, 'drivable')
  copyFileSync(program, copy)
  await flipFuses(copy, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true })
  return copy
}
