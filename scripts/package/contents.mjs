import { lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import { resourcesIn } from './layout.mjs'
import { digestOfFile, filesBelow } from './lib/files.mjs'

/** Smaller than this, two files may be alike by chance: licences, empty modules, tables. */
const DUPLICATE_BYTES = 256 * 1024

// That of macOS has whole pages of 16 KiB and, when the app is signed, a signature with its certificates; the smallest encoder has more than a megabyte.
const LARGEST_EMPTY_LIBRARY = 256 * 1024

// tf.test is a part of TensorFlow's interface, imported with it.
const INTERFACES = '/tensorflow/_api/v2/'

/** @type {{ what: string, pattern: RegExp }[]} */
const UNWANTED = [
  { what: 'tests', pattern: /(^|\/)(tests?|idle_test|testdata)\/|\/conftest\.py$/ },
  { what: 'headers', pattern: /\.(h|hh|hpp|hxx|cuh|pxd)$/ },
  { what: 'sources for compilers', pattern: /\.(cu|c|cc|cpp|cxx|pyx)$/ },
  { what: 'static libraries', pattern: /\.(a|lib)$/ },
  { what: 'CUDA', pattern: /(^|\/)(nvidia|triton)\/|\/lib(cuda|cudart|cublas\w*|cudnn\w*|cufft\w*|curand|cusolver\w*|cusparse\w*|cupti|nvrtc\w*|nccl|nvjitlink|nvtoolsext\w*)[.-]/i },
  { what: 'pip', pattern: /(^|\/)(pip|pip-[\d.]+\.dist-info|ensurepip)\/|(^|\/)(bin|Scripts)\/pip/ },
  { what: 'packages for developers', pattern: /\/(site|dist)-packages\/(pytest|_pytest|mypy|ruff|hypothesis|schemathesis|uv)\// },
]

/**
 * What an unpacked app holds and should not, a sentence each.
 * @param {string} unpacked
 */
export function problemsIn(unpacked) {
  const python = join(resourcesIn(unpacked), 'python')
  const files = filesBelow(unpacked)
  return [...unwanted(python), ...gplEncoders(unpacked, files), ...shippedTwice(unpacked, files)]
}

/**
 * An encoder itself is megabytes; the empty library in its place (python/encoders.mjs) is not.
 * @param {string} unpacked
 * @param {string[]} files
 */
function gplEncoders(unpacked, files) {
  const encoders = files.filter((file) => isEncoder(file) && lstatSync(join(unpacked, file)).size > LARGEST_EMPTY_LIBRARY)
  return encoders.map((file) => `It ships an encoder under the GPL: ${file}.`)
}

/** @param {string} file */
function isEncoder(file) {
  return /^(lib)?x26[45][-.\d]/.test(basename(file))
}

/** @param {string} python */
function unwanted(python) {
  if (lstatSync(python, { throwIfNoEntry: false }) === undefined) return []
  // A licence lies in a folder named after what it is for, such as the tests of a library inside of PyTorch.
  const files = filesBelow(python).filter((file) => !/\.dist-info\/(licenses|sboms)\//.test(file) && !file.includes(INTERFACES))
  return UNWANTED.flatMap(({ what, pattern }) => {
    const found = files.filter((file) => pattern.test(file))
    return found.length === 0 ? [] : [`It ships ${what}: ${found.slice(0, 3).join(', ')}${found.length > 3 ? ` and ${found.length - 3} more` : ''}.`]
  })
}

/**
 * @param {string} unpacked
 * @param {string[]} files
 */
function shippedTwice(unpacked, files) {
  /** @type {Map<number, string[]>} */
  const bySize = new Map()
  for (const file of files) {
    const stats = lstatSync(join(unpacked, file))
    if (stats.isFile() && stats.size >= DUPLICATE_BYTES) bySize.set(stats.size, [...(bySize.get(stats.size) ?? []), file])
  }
  return [...bySize.values()].filter((group) => group.length > 1).flatMap((group) => alike(unpacked, group))
}

/**
 * @param {string} unpacked
 * @param {string[]} group files of one size
 */
function alike(unpacked, group) {
  /** @type {Map<string, string>} */
  const seen = new Map()
  return group.flatMap((file) => {
    const digest = digestOfFile(join(unpacked, file))
    const first = seen.get(digest)
    if (first === undefined) seen.set(digest, file)
    return first === undefined ? [] : [`It ships ${basename(file)} twice: ${first} and ${file}.`]
  })
}
