import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { writeChecksums } from '../../../../scripts/package/checksums.mjs'

it.skipIf(process.platform !== 'linux')('sha256sum finds every file as it is, and says which one was altered', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'contentcache-checksums-'))
  try {
    const files = ['b app.deb', 'a.AppImage'].map((name) => path.join(folder, name))
    for (const file of files) writeFileSync(file, file)
    const sums = path.basename(writeChecksums(folder, 'linux', files))
    expect(sums).toBe('SHA256SUMS-linux')
    const check = (): string => execFileSync('sha256sum', ['--check', sums], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
    expect(check()).toBe('a.AppImage: OK\nb app.deb: OK\n')
    writeFileSync(path.join(folder, 'b app.deb'), 'something else')
    expect(check).toThrow(/1 computed checksum did NOT match/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
