/** Apps for Windows and macOS as they were put together here: looked at, not run. They have no Python (docs/PACKAGING.md). */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { root } from '../support/checkout'

const dist = path.join(root, 'dist')
const on = 0x31

interface Foreign {
  system: string
  unpacked: string
  program: string
  resources: string
}

const windows = path.join(dist, 'win-unpacked')
const bundle = path.join(dist, 'mac-arm64', 'ContentCache.app')
const apps: Foreign[] = [
  { system: 'win32', unpacked: windows, program: path.join(windows, 'ContentCache.exe'), resources: path.join(windows, 'resources') },
  { system: 'darwin', unpacked: bundle, program: bundle, resources: path.join(bundle, 'Contents', 'Resources') },
]

for (const { system, unpacked, program, resources } of apps) {
  test(`an app for ${system} holds the shell, the backend, the models and the notices, under its own name and with its fuses`, async () => {
    const reason = `there is no ${path.relative(root, unpacked)}: npm run package -- --platform ${system}`
    if (!existsSync(unpacked)) console.log(`skipped: ${reason}`)
    test.skip(!existsSync(unpacked), reason)

    expect(listPackage(path.join(resources, 'app.asar'), { isPack: false }).map((file) => file.replaceAll('\\', '/'))).toEqual(expect.arrayContaining(['/out/main/main.js', '/package.json']))
    expect(readdirSync(path.join(resources, 'backend'))).toEqual(expect.arrayContaining(['contract', 'library', 'models', 'processing', 'search', 'sidecar']))
    expect(existsSync(path.join(resources, 'backend', 'search', '__pycache__', 'search_server.cpython-311.pyc'))).toBe(true)
    expect(readdirSync(path.join(resources, '.contentcache', 'models'))).toContain('models--sentence-transformers--all-MiniLM-L6-v2')
    expect(readdirSync(path.join(resources, 'notices')).sort()).toEqual(['THIRD-PARTY-LICENCES.txt', 'bill-of-materials.cdx.json', 'components.json'])
    expect(existsSync(path.join(resources, 'python'))).toBe(false)
    expect(existsSync(path.join(resources, 'default_app.asar'))).toBe(false)
    const wire = await getCurrentFuseWire(program)
    expect([wire[FuseV1Options.RunAsNode], wire[FuseV1Options.EnableNodeCliInspectArguments], wire[FuseV1Options.OnlyLoadAppFromAsar]].map((state) => Number(state) === on)).toEqual([false, false, true])
  })
}

test('the bundle for macOS says who it is, and has our icon', () => {
  test.skip(!existsSync(bundle), 'there is no dist/mac-arm64')
  const plist = readFileSync(path.join(bundle, 'Contents', 'Info.plist'), 'utf8')
  for (const value of ['org.contentcache.desktop', 'ContentCache']) expect(plist).toContain(`<string>${value}</string>`)
  expect(plist).not.toMatch(/FiftyOne|voxel51/i)
  const icon = /<key>CFBundleIconFile<\/key>\s*<string>([^<]+)/.exec(plist)?.[1] ?? ''
  expect(readFileSync(path.join(bundle, 'Contents', 'Resources', icon))).toEqual(readFileSync(path.join(root, 'build-resources', 'icon.icns')))
})
