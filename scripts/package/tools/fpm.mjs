#!/usr/bin/env node
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow } from '../lib/files.mjs'
import { controlFile, parseFpmArguments } from './fpm-arguments.mjs'

/**
 * Stands in for fpm where electron-builder calls it (`CUSTOM_FPM_PATH`): a deb made by dpkg-deb. fpm itself comes from GitHub
 * with a Ruby of its own; on a Debian system there is nothing that dpkg-deb lacks.
 */
const request = parseFpmArguments(process.argv.slice(2))
// Beside the result: linking instead of copying gigabytes works on one file system only.
const stage = mkdtempSync(join(dirname(request.output), '.deb-'))
try {
  for (const { from, to } of request.mappings) place(from, join(stage, to))
  const bytes = filesBelow(stage).reduce((sum, file) => sum + lstatSync(join(stage, file)).size, 0)
  const control = join(stage, 'DEBIAN')
  mkdirSync(control)
  chmodSync(stage, 0o755)
  writeFileSync(join(control, 'control'), controlFile(request, Math.ceil(bytes / 1024)))
  script(request.afterInstall, join(control, 'postinst'))
  script(request.afterRemove, join(control, 'postrm'))
  // gzip is what a build gets that is not a release (builder.mjs): then quickly.
  const level = request.compression === 'gzip' ? ['-z1'] : []
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${request.compression}`, ...level, '--build', stage, request.output], { stdio: 'inherit' })
} finally {
  rmSync(stage, { recursive: true, force: true })
}

/**
 * @param {string} from
 * @param {string} target
 */
function place(from, target) {
  mkdirSync(dirname(target), { recursive: true })
  if (lstatSync(from).isDirectory()) {
    execFileSync('cp', ['--archive', '--link', `${from.replace(/\/$/, '')}/.`, target])
    return
  }
  cpSync(from, target)
  chmodSync(target, 0o644)
}

/**
 * @param {string | undefined} source
 * @param {string} target
 */
function script(source, target) {
  if (source === undefined) return
  copyFileSync(source, target)
  chmodSync(target, 0o755)
}
