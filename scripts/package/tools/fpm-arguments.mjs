/**
 * What electron-builder asks of fpm for a deb. Icons and the menu entry come as single files, the app as a folder.
 * @typedef {{ fields: Map<string, string>, depends: string[], recommends: string[], afterInstall: string | undefined, afterRemove: string | undefined, compression: string, output: string, mappings: { from: string, to: string }[] }} DebRequest
 */

const FIELDS = /** @type {const} */ ({
  '--name': 'Package',
  '--version': 'Version',
  '--architecture': 'Architecture',
  '--maintainer': 'Maintainer',
  '--category': 'Section',
  '--deb-priority': 'Priority',
  '--url': 'Homepage',
  '--description': 'Description',
})
const SWITCHES = new Set(['--force', '--debug'])
const OF_NO_USE = new Set(['-s', '-t', '--vendor', '--license', '--log', '--iteration'])

/**
 * @param {string[]} args
 * @returns {DebRequest}
 */
export function parseFpmArguments(args) {
  /** @type {DebRequest} */
  const request = { fields: new Map(), depends: [], recommends: [], afterInstall: undefined, afterRemove: undefined, compression: 'xz', output: '', mappings: [] }
  const rest = [...args]
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (SWITCHES.has(argument)) continue
    if (!argument.startsWith('-')) {
      const cut = argument.indexOf('=')
      if (cut < 0) throw new Error(`${argument} names no place in the package`)
      request.mappings.push({ from: argument.slice(0, cut), to: argument.slice(cut + 1) })
      continue
    }
    const value = rest.shift()
    if (value === undefined) throw new Error(`${argument} has no value`)
    take(request, argument, value)
  }
  if (request.output === '') throw new Error('--package names no file')
  return request
}

/**
 * @param {DebRequest} request
 * @param {string} argument
 * @param {string} value
 */
function take(request, argument, value) {
  const field = Object.entries(FIELDS).find(([name]) => name === argument)?.[1]
  if (field !== undefined) request.fields.set(field, value)
  else if (argument === '-d' || argument === '--depends') request.depends.push(value)
  else if (argument === '--deb-recommends') request.recommends.push(value)
  else if (argument === '--after-install') request.afterInstall = value
  else if (argument === '--after-remove') request.afterRemove = value
  // fpm's short name of it, which dpkg-deb does not know.
  else if (argument === '--deb-compression') request.compression = value === 'gz' ? 'gzip' : value
  else if (argument === '--package') request.output = value
  else if (!OF_NO_USE.has(argument)) throw new Error(`${argument} of fpm is not known here`)
}

/**
 * The control file of a deb.
 * @param {DebRequest} request
 * @param {number} kilobytes installed
 */
export function controlFile({ fields, depends, recommends }, kilobytes) {
  const lines = ['Package', 'Version', 'Architecture', 'Maintainer', 'Section', 'Priority', 'Homepage'].flatMap((name) => {
    const value = fields.get(name)
    return value === undefined ? [] : [`${name}: ${value}`]
  })
  if (depends.length > 0) lines.push(`Depends: ${depends.join(', ')}`)
  if (recommends.length > 0) lines.push(`Recommends: ${recommends.join(', ')}`)
  lines.push(`Installed-Size: ${kilobytes}`)
  // Its first line is the synopsis; each further one is indented, and an empty one is a dot (deb-control(5)).
  const [synopsis = '', ...more] = (fields.get('Description') ?? '').split('\n').map((line) => line.trim())
  lines.push(`Description: ${synopsis}`, ...more.map((line) => ` ${line === '' ? '.' : line}`))
  return `${lines.join('\n')}\n`
}
