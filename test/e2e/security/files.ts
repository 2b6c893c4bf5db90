/** Links in a folder of the library that lead out of it, whenever they were put there, and code where a library looks for its own. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { sampleLibrary } from '../../support/checkout'
import { item, items, settled } from '../../support/library-status'
import type { Attacked } from './attacked'

const recording = 'Recordings/memo 0012.m4a'

export function attacksByFiles(attacked: () => Attacked): void {
  function media(itemId: number, range?: string): Promise<{ status: number; range: string | undefined; body: string }> {
    const { port, token } = attacked().relay
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, ...(range === undefined ? {} : { range }) }
      http
        .get({ host: '127.0.0.1', port, path: `/media/${itemId}`, headers, agent: false, timeout: 10_000 }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => resolve({ status: response.statusCode ?? 0, range: response.headers['content-range'], body: Buffer.concat(chunks).toString('latin1') }))
        })
        .on('timeout', () => reject(new Error('no answer within 10 s')))
        .on('error', reject)
    })
  }

  test('links that lead out of a folder are neither indexed nor served, also when they replace a file later', async () => {
    const { stage, window, page, app } = attacked()
    const outside = await stage.folder('files of others')
    await writeFile(path.join(outside, 'diary.txt'), 'The xylographer keeps this diary to himself.\n')
    await cp(path.join(sampleLibrary, recording), path.join(outside, 'voice.m4a'))
    const library = await stage.samples('library', [recording])
    const names = ['first.txt', 'second.txt', 'third.txt']
    for (const name of names) await writeFile(path.join(library, name), `What is mine, in ${name}.\n`)
    await writeFile(path.join(await stage.folder('library', 'sub'), 'diary.txt'), 'A diary of my own.\n')
    await symlink(path.join(outside, 'diary.txt'), path.join(library, 'link.txt'))
    await symlink(outside, path.join(library, 'linked folder'))
    await symlink('/etc/passwd', path.join(library, 'passwd.txt'))
    await window.addFolder(library)
    await settled(page)
    const indexed = await items(page)
    expect(indexed.map(({ name }) => name).sort()).toEqual(['diary.txt', ...names, path.basename(recording)].sort())

    const played = await item(page, path.basename(recording))
    const served = await media(played.id, 'bytes=0-9')
    expect([served.status, served.body.length]).toEqual([206, 10])
    for (const range of ['bytes=0-1,5-6', 'bytes=5-2', 'bytes=-', 'lines=0-1', 'bytes=a-b', 'bytes=0-9,-1']) {
      const whole = await media(played.id, range)
      expect([range, whole.status, whole.body.length, whole.range]).toEqual([range, 200, played.size, undefined])
    }
    expect(await media(played.id, `bytes=${played.size}-`)).toEqual({ status: 416, range: `bytes */${played.size}`, body: '' })

    // Each of them replaced at once: whatever has not been scanned since still counts as an item.
    await app.electron.evaluate(({ shell }) => {
      const opened: string[] = []
      Object.assign(globalThis, { openedByTest: opened })
      shell.openPath = (file: string) => {
        opened.push(file)
        return Promise.resolve('')
      }
      shell.showItemInFolder = (file: string) => void opened.push(file)
    })
    for (const target of [path.join(library, path.basename(recording)), path.join(library, 'first.txt'), path.join(library, 'second.txt'), path.join(library, 'sub')]) {
      await rm(target, { recursive: true })
    }
    await symlink(path.join(outside, 'voice.m4a'), path.join(library, path.basename(recording)))
    await symlink('/etc/passwd', path.join(library, 'first.txt'))
    await symlink(outside, path.join(library, 'sub'))
    execFileSync('mkfifo', [path.join(library, 'second.txt')])
    for (const { id, name } of indexed.filter((entry) => entry.name !== 'third.txt')) {
      const answer = await media(id)
      expect([name, answer.status]).toEqual([name, 404])
      expect(answer.body).not.toMatch(/xylographer|root:/)
      const opened = await page.evaluate(async (itemId) => {
        const bridge = globalThis.window.contentcache
        const replies = [await bridge.invoke('item:open', { itemId }), await bridge.invoke('item:reveal', { itemId })]
        await bridge.invoke('library:retry-item', { itemId })
        return replies.map(({ ok }) => ok)
      }, id)
      expect([name, ...opened]).toEqual([name, false, false])
    }
    expect(await app.electron.evaluate(() => (globalThis as typeof globalThis & { openedByTest: string[] }).openedByTest)).toEqual([])

    await expect.poll(async () => (await items(page)).map(({ name }) => name), { timeout: 30_000 }).toEqual(['third.txt'])
    expect((await window.search('xylographer')).hits).toEqual([])
  })

  test('code that somebody left in the temporary folder of the machine is not loaded', async () => {
    const { stage, window, page, app, temporary } = attacked()
    const planted = path.join(temporary, 'kreuzberg-pdfium', 'libpdfium.so')
    await mkdir(path.dirname(planted))
    await writeFile(planted, 'not a library')
    await window.addFolder(await stage.samples('papers', ['Office/building insurance.pdf']))
    await settled(page)
    expect((await item(page, 'building insurance.pdf')).state).toBe('indexed')
    expect(await readFile(planted, 'utf8')).toBe('not a library')
    const loaded = app.processes().flatMap(({ pid }) => /\S*\/libpdfium\.so$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))?.[0] ?? [])
    expect(loaded).toEqual([path.join(stage.dataDirectory, '.contentcache-temporary', 'kreuzberg-pdfium', 'libpdfium.so')])
  })
}
