import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { compile } from './library-tools.mjs'

/** @typedef {import('./library-tools.mjs').NativeLibrary} NativeLibrary */

const EXPORTED = '__attribute__((visibility("default")))'

// Without a C library on Windows, the linker takes this for the entry of a library.
const PREAMBLE = {
  ELF: [],
  PE: ['int DllMainCRTStartup(void *library, unsigned long reason, void *reserved) { return 1; }'],
  'Mach-O': [],
}

/**
 * C of a library whose functions all return 0 and whose tables are empty.
 * @param {NativeLibrary['format']} format
 * @param {Record<string, 'data' | 'function'>} symbols
 */
export function emptySource(format, symbols) {
  const exported = format === 'PE' ? '__declspec(dllexport)' : EXPORTED
  const lines = Object.entries(symbols).map(([name, kind]) => (kind === 'data' ? `${exported} void *const ${name}[64] = {0};` : `${exported} void *${name}(void) { return 0; }`))
  return [...PREAMBLE[format], ...lines.sort(), ''].join('\n')
}

/**
 * What makes the compiler write a library that a loader takes for this one, with the same bytes each time.
 * @param {NativeLibrary} original
 */
export function emptyArguments({ format, machine, name, system, compatibility, current }) {
  switch (format) {
    case 'ELF':
      return ['-target', `${machine}-linux-gnu`, '-nostdlib', '-Wl,--build-id=none', `-Wl,-soname,${name}`]
    case 'PE':
      return ['-target', `${machine}-windows-gnu`, '-nostdlib']
    case 'Mach-O':
      // With the system's library: dyld loads none that needs nothing. The linker itself signs for Apple's own processors.
      return ['-target', `${machine}-macos.${system}`, '-nostdlib', '-lSystem', `-Wl,-install_name,${name}`, `-Wl,-compatibility_version,${compatibility}`, `-Wl,-current_version,${current}`]
  }
}

/**
 * @param {string} file is replaced
 * @param {NativeLibrary} original what it was
 * @param {Record<string, 'data' | 'function'>} symbols
 */
export async function writeEmptyLibrary(file, original, symbols) {
  const work = mkdtempSync(join(tmpdir(), 'contentcache-encoder-'))
  try {
    // In a folder of its own and by a plain name: the compiler writes the name of its source into what it makes.
    writeFileSync(join(work, 'empty.c'), emptySource(original.format, symbols))
    await compile(['-shared', '-Os', '-s', ...emptyArguments(original), '-o', basename(file), 'empty.c'], work)
    copyFileSync(join(work, basename(file)), file)
  } finally {
    rmSync(work, { recursive: true })
  }
}

/**
 * Why a loader, or what is linked to it, would not take the one for the other; a sentence each.
 * @param {NativeLibrary} empty
 * @param {NativeLibrary} original
 * @param {Record<string, 'data' | 'function'>} symbols
 */
export function objectionsTo(empty, original, symbols) {
  // Who is linked to a library of Windows names its file.
  /** @type {('format' | 'machine' | 'system' | 'compatibility' | 'current' | 'name')[]} */
  const properties = ['format', 'machine', 'system', 'compatibility', 'current', ...(original.format === 'PE' ? [] : /** @type {const} */ (['name']))]
  const different = properties.filter((each) => empty[each] !== original[each]).map((each) => `Its ${each} is ${empty[each]}, not ${original[each]}.`)
  const lacking = Object.entries(symbols).filter(([name, kind]) => empty.exports[name] !== kind).map(([name, kind]) => `It has no ${kind} ${name}.`)
  const unsigned = original.format === 'Mach-O' && original.machine === 'aarch64' && empty.signed !== true ? ['It has no signature.'] : []
  return [...different, ...lacking, ...unsigned]
}
