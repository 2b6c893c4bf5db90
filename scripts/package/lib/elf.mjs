import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../bootstrap/lib/run.mjs'
import { filesBelow, headOf } from './files.mjs'

const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46])

/**
 * What glibc itself brings: the one library that an installed app takes from the system, since it and the kernel belong together.
 */
export const GLIBC = /^(ld-linux-(x86-64|aarch64)\.so\.\d|lib(c|m|mvec|dl|pthread|rt|resolv|util)\.so\.\d+)$/

/**
 * Programs and shared libraries below a folder, links left out.
 * @param {string} folder
 */
export function elfFiles(folder) {
  return filesBelow(folder)
    .map((file) => join(folder, file))
    .filter((file) => lstatSync(file).isFile() && headOf(file, MAGIC.length).equals(MAGIC))
}

/**
 * @param {string} file
 * @returns {Promise<{ soname: string | undefined, needed: string[] }>}
 */
export async function linkage(file) {
  const dynamic = await run('readelf', ['--dynamic', '--wide', file])
  const named = (/** @type {string} */ tag) => [...dynamic.matchAll(new RegExp(`\\(${tag}\\).*\\[(.+)\\]`, 'g'))].map(([, name]) => name ?? '')
  return { soname: named('SONAME')[0], needed: named('NEEDED') }
}

/**
 * Where the loader of this machine finds what a program or library needs.
 * @param {string} file
 * @returns {Promise<Map<string, string>>} name in the file -> path
 */
export async function resolvedLibraries(file) {
  const listing = await run('ldd', [file])
  return new Map([...listing.matchAll(/^\s+(\S+) => (\/\S+)/gm)].map(([, name, path]) => [name ?? '', path ?? '']))
}
