import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readNotices } from '../../../../electron/about/licences'
import { aboutHandlers } from '../../../../electron/ipc/about'
import { componentList } from '../../../../scripts/package/notices/component-list.mjs'
import { noticesText } from '../../../../scripts/package/notices/text.mjs'
import { temporaryFolder } from '../support'

const components = [
  { group: 'Packages of the shell (npm)', name: 'vue', version: '3', licence: 'MIT', texts: ['MIT, by Evan'] },
  { group: 'Models', name: 'MiniLM', version: '', licence: 'Apache-2.0', texts: [], source: 'https://example.org' },
]

let folder: string
let remove: () => Promise<void>
beforeEach(async () => ({ folder, remove } = await temporaryFolder()))
afterEach(() => remove())

/** As packaging writes them. */
function write(): { text: string; list: string } {
  const { text, termsOf } = noticesText(components)
  const list = componentList(components, termsOf)
  writeFileSync(path.join(folder, 'THIRD-PARTY-LICENCES.txt'), text)
  writeFileSync(path.join(folder, 'components.json'), list)
  return { text, list }
}

describe('the licences of others', () => {
  it('are read as packaging wrote them', async () => {
    const { text } = write()
    const notices = await readNotices(folder)
    expect(notices?.text).toBe(text)
    expect(notices?.components).toMatchObject([{ kind: 'shell', name: 'vue', licence: 'MIT' }, { kind: 'model', name: 'MiniLM', source: 'https://example.org' }])
  })

  it('are nothing where nothing was packaged', async () => {
    expect(await readNotices(folder)).toBeNull()
    expect(await readNotices(path.join(folder, 'nowhere'))).toBeNull()
  })

  it.each<[string, () => void]>([
    ['without its list', () => writeFileSync(path.join(folder, 'THIRD-PARTY-LICENCES.txt'), 'text')],
    ['with a list that is cut off', () => writeFileSync(path.join(folder, 'components.json'), write().list.slice(0, -20))],
    ['with a list of something else', () => { write(); writeFileSync(path.join(folder, 'components.json'), '[{"name":"vue"}]') }],
    ['with lines that are no lines', () => writeFileSync(path.join(folder, 'components.json'), write().list.replace(/"terms": \[\s*\[\s*\d+/, '"terms": [[-1'))],
    ['that is larger than any', () => { write(); truncateSync(path.join(folder, 'THIRD-PARTY-LICENCES.txt'), 20 * 1024 * 1024) }],
  ])('%s, a text is refused with a sentence that says where it is', async (_name, spoil) => {
    spoil()
    await expect(readNotices(folder)).rejects.toMatchObject({ problem: { code: 'licences-unreadable', next_step: expect.stringContaining(folder) as string } })
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('that may not be read are a problem, not nothing', async () => {
    write()
    chmodSync(path.join(folder, 'THIRD-PARTY-LICENCES.txt'), 0o000)
    await expect(readNotices(folder)).rejects.toMatchObject({ problem: { code: 'licences-unreadable' } })
  })
})

describe('the places of About', () => {
  it('are opened by name, and a failure says where they are', async () => {
    const chromiumLicences = path.join(folder, 'LICENSES.chromium.html')
    const openPath = vi.fn((file: string) => Promise.resolve(file === chromiumLicences ? 'no browser' : ''))
    const handlers = aboutHandlers({ paths: { data: '/data', notices: folder, chromiumLicences }, openPath })
    await handlers['about:open']({ place: 'data-folder' })
    await handlers['about:open']({ place: 'licences' })
    expect(openPath.mock.calls.flat()).toEqual(['/data', path.join(folder, 'THIRD-PARTY-LICENCES.txt')])
    await expect(handlers['about:open']({ place: 'chromium-licences' })).rejects.toMatchObject({ problem: { code: 'not-opened', next_step: `It is ${chromiumLicences}.`, detail: 'no browser' } })
  })

  it('say whether Electron brought the licences of Chromium along', async () => {
    const chromiumLicences = path.join(folder, 'LICENSES.chromium.html')
    const handlers = aboutHandlers({ paths: { data: '/data', notices: folder, chromiumLicences }, openPath: () => Promise.resolve('') })
    expect(await handlers['about:read-licences'](undefined)).toEqual({ notices: null, chromium: false })
    writeFileSync(chromiumLicences, '<html>')
    expect(await handlers['about:read-licences'](undefined)).toEqual({ notices: null, chromium: true })
    mkdirSync(path.join(folder, 'THIRD-PARTY-LICENCES.txt'))
    expect(await handlers['about:read-licences'](undefined)).toMatchObject({ notices: null })
  })
})
