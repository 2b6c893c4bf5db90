import { basename } from 'node:path'
import { digestOfFile } from './lib/files.mjs'

/** `node checksums.mjs FILE...`: as `sha256sum --check` reads it, on every system. */
for (const file of process.argv.slice(2)) console.log(`${digestOfFile(file)}  ${basename(file)}`)
