/**
 * AppImages of the built app in more than one version, made as `npm run package -- --release-address` makes them. Without the engines, which are most of
 * its gigabytes: what is tried with these is how one takes the place of the other.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { createPackage, extractAll } from '@electron/asar'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { Arch, build, Platform, type Configuration } from 'electron-builder'
import { configurationOf } from '../../scripts/package/builder.mjs'
import { MAIN_WORKSHOP, PACKAGE_CACHE } from '../../scripts/package/layout.mjs'
import { announceTools } from '../../scripts/package/tools/environment.mjs'
import { root } from '../support/checkout'
import { unpacked } from './installation'

const run = promisify(execFile)
const engines = /^(tensorflow|torch|llvmlite|transformers|scipy|scipy\.libs|sympy|sklearn|keras|tf_keras|grpc|numba|networkx|h5py|sentence_transformers|functorch|torchgen)$/

export interface Image {
  /** The folder that an AppImage of it is made from: what its runtime would mount. */
  contents: string
  /** The AppImage, and what describes it to an older version. */
  file: string
  description: string
}

/** A copy of the built app that is `version`, can be driven by Playwright, and takes no room of its own. */
export async function contentsOf(base: string, version: string): Promise<string> {
  const contents = path.join(base, `contents-${version}`)
  await run('cp', ['-al', unpacked, contents])
  const resources = path.join(contents, 'resources')
  const packages = path.join(resources, 'python', 'lib', 'python3.11', 'site-packages')
  for (const name of await readdir(packages)) if (engines.test(name)) await rm(path.join(packages, name), { recursive: true })
  await rm(path.join(resources, '.contentcache', 'models'), { recursive: true, force: true })
  await rm(path.join(resources, 'app-update.yml'), { force: true })
  await ofVersion(path.join(resources, 'app.asar'), version, path.join(base, `shell-${version}`))
  await drivable(path.join(contents, 'contentcache'))
  return contents
}

/** Its AppImage, with the address written into it as packaging does. */
export async function imageOf(base: string, contents: string, version: string, address: string): Promise<Image> {
  const out = path.join(base, `out-${version}`)
  await mkdir(out)
  await announceTools(['AppImage'], path.join(PACKAGE_CACHE, 'tools'), false)
  const electronVersion = (await readFile(path.join(contents, 'version'), 'utf8')).trim().replace(/^v/, '')
  const committed = configurationOf({ parts: MAIN_WORKSHOP, out, electronVersion, electronFuses: {}, release: false, releaseAddress: address })
  const config: Configuration = { ...committed, extraMetadata: { ...(committed.extraMetadata as object), version } }
  const file = path.join(base, `builder-${version}.json`)
  await writeFile(file, JSON.stringify(config))
  await build({ config: file, projectDir: root, prepackaged: contents, publish: 'never', targets: Platform.LINUX.createTarget(['AppImage'], Arch.x64) })
  const image = (await readdir(out)).find((name) => name.endsWith('.AppImage'))
  if (image === undefined) throw new Error(`electron-builder made no AppImage in ${out}`)
  return { contents, file: path.join(out, image), description: path.join(out, 'latest-linux.yml') }
}

async function ofVersion(archive: string, version: string, work: string): Promise<void> {
  extractAll(archive, work)
  const about = path.join(work, 'package.json')
  const said = JSON.parse(await readFile(about, 'utf8')) as object
  await writeFile(about, JSON.stringify({ ...said, version }))
  // It is a second name of the file in dist/, which must stay as it is.
  await rm(archive)
  await createPackage(work, archive)
}

/** The one fuse on that Playwright needs: `runtime.spec.ts` reads that a release has it off. */
async function drivable(program: string): Promise<void> {
  await run('cp', [program, `${program}.own`])
  await run('mv', [`${program}.own`, program])
  await flipFuses(program, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true })
}
