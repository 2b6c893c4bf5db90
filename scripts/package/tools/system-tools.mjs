import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { provideSystemPackages } from '../../bootstrap/steps/system-packages.mjs'

/**
 * A program that packaging runs, by the names it may have, and the Debian package that brings it.
 * @typedef {{ programs: string[], packages: string[] }} Tool
 */

const OWN_PYTHON = [
  { programs: ['patchelf'], packages: ['patchelf'] },
  { programs: ['strip'], packages: ['binutils'] },
]

// Takes the Electron for Windows out of the installer that it comes in.
const WINDOWS_INSTALLER = [{ programs: ['7z'], packages: ['p7zip-full', '7zip'] }]

/** @type {Record<string, Tool[]>} */
const OF_TARGETS = {
  'tar.gz': [{ programs: ['7za', '7zz'], packages: ['p7zip-full', '7zip'] }],
  zip: [{ programs: ['7za', '7zz'], packages: ['p7zip-full', '7zip'] }],
  AppImage: [
    { programs: ['mksquashfs'], packages: ['squashfs-tools'] },
    { programs: ['desktop-file-validate'], packages: ['desktop-file-utils'] },
  ],
  deb: [
    { programs: ['dpkg-deb'], packages: ['dpkg'] },
    { programs: ['xz'], packages: ['xz-utils'] },
  ],
}

/**
 * Find or install what packaging needs of a Debian system, and nothing that these targets do not need.
 * @param {string[]} targets
 * @param {{ ownPython: boolean, foreign?: import('../options.mjs').Foreign | undefined }} what
 * @returns {import('../../bootstrap/lib/step.mjs').Step}
 */
export function systemTools(targets, { ownPython, foreign }) {
  return {
    id: 'package-tools',
    title: 'Packaging tools',
    async perform(report) {
      if (process.platform !== 'linux') return undefined
      const wanted = [...(ownPython ? OWN_PYTHON : []), ...(foreign === 'win32' ? WINDOWS_INSTALLER : []), ...targets.flatMap((target) => OF_TARGETS[target] ?? [])]
      const missing = wanted.filter(({ programs }) => findProgram(programs) === undefined)
      if (missing.length === 0) return undefined
      return provideSystemPackages(missing.map(({ programs, packages }) => ({ what: programs[0] ?? '', packages })), report)
    },
  }
}

/**
 * The first of these programs that this machine has.
 * @param {string[]} names
 */
export function findProgram(names) {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const name of names) {
    const folder = folders.find((each) => existsSync(join(each, name)))
    if (folder !== undefined) return join(folder, name)
  }
  return undefined
}
