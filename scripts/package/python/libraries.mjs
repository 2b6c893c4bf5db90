import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { BootstrapError, CommandError } from '../../bootstrap/lib/errors.mjs'
import { run } from '../../bootstrap/lib/run.mjs'
import { elfFiles, GLIBC, resolvedLibraries } from '../lib/elf.mjs'

// Loaded with the interpreter, so that every package takes these and not the system's, whatever its own search path.
const OF_PACKAGES = ['libz.so.1', 'libstdc++.so.6', 'libgcc_s.so.1']

/** Beside the licences: which version of each library it is. */
export const VERSIONS = 'versions.json'

/**
 * Put the shared libraries that an interpreter needs beside it, but for glibc, and let it find them wherever it lies.
 * Symbols for debuggers are dropped.
 * @param {string} python folder with `bin/python3` and `lib/`
 * @returns {Promise<Map<string, string>>} name -> where it was taken from
 */
export async function bundleLibraries(python) {
  const lib = join(python, 'lib')
  const own = elfFiles(python)
  const sources = await sharedLibraries(own)
  for (const [name, source] of sources) {
    const target = join(lib, name)
    if (existsSync(target)) continue
    copyFileSync(source, target)
    chmodSync(target, 0o755)
  }
  const program = join(python, 'bin', 'python3')
  for (const name of OF_PACKAGES) await run('patchelf', ['--add-needed', name, program])
  for (const file of elfFiles(python)) {
    await run('strip', ['--strip-unneeded', file])
    await run('patchelf', ['--set-rpath', `$ORIGIN/${relative(dirname(file), lib)}`.replace(/\/$/, ''), file])
  }
  return sources
}

/** @param {string[]} files */
async function sharedLibraries(files) {
  /** @type {Map<string, string>} */
  const found = new Map()
  const pending = [...files, ...(await onThisMachine(OF_PACKAGES, found))]
  for (const file of pending) {
    for (const [name, path] of await resolvedLibraries(file)) {
      if (GLIBC.test(name) || found.has(name) || name.startsWith('libpython')) continue
      const source = realpathSync(path)
      found.set(name, source)
      pending.push(source)
    }
  }
  return found
}

/**
 * @param {string[]} names
 * @param {Map<string, string>} found
 */
async function onThisMachine(names, found) {
  const known = await run('/sbin/ldconfig', ['--print-cache'])
  return names.map((name) => {
    const line = known.split('\n').find((entry) => entry.trim().startsWith(`${name} (libc6,x86-64)`) || entry.trim().startsWith(`${name} (libc6,AArch64)`))
    const path = line?.split(' => ')[1]
    if (path === undefined) throw new BootstrapError(`This machine has no ${name}.`, 'On Debian: apt-get install libstdc++6 zlib1g')
    const source = realpathSync(path)
    found.set(name, source)
    return source
  })
}

/**
 * Keep the licence of every library that came from this machine, as its Debian package states it.
 * @param {Map<string, string>} sources
 * @param {string} folder
 */
export async function keepLicences(sources, folder) {
  mkdirSync(folder, { recursive: true })
  /** @type {Record<string, string>} */
  const versions = {}
  for (const [name, source] of sources) {
    const debian = await debianPackage(source)
    versions[name] = await run('dpkg-query', ['--show', '--showformat', '${Version}', debian])
    const text = join('/usr/share/doc', debian, 'copyright')
    if (!existsSync(text)) throw new BootstrapError(`${text} is not there, so the licence of ${name} is unknown.`, `apt-get install --reinstall ${debian}`)
    copyFileSync(text, join(folder, `${name}.txt`))
  }
  writeFileSync(join(folder, VERSIONS), `${JSON.stringify(versions, null, 2)}\n`)
}

/**
 * @param {string} library
 * @returns {Promise<string>}
 */
async function debianPackage(library) {
  // Since /lib is a link to /usr/lib, a package may know its file by either name.
  for (const path of [library, library.replace(/^\/usr/, '')]) {
    try {
      const [owner = ''] = (await run('dpkg-query', ['--search', path])).split(':')
      return owner
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
    }
  }
  throw new BootstrapError(
    `${basename(library)} belongs to no Debian package, so its version and licence are unknown.`,
    'Package on a Debian or Ubuntu system, or with --python standalone.',
  )
}
