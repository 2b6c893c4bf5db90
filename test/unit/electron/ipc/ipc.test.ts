import { once } from 'node:events'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Root } from '../../../../electron/contract/generated/api'
import { ipcArguments, type IpcChannel } from '../../../../electron/contract/ipc'
import { answerCall, type Handlers } from '../../../../electron/ipc/answer'
import { itemHandlers } from '../../../../electron/ipc/items'
import { existingFolder, libraryHandlers } from '../../../../electron/ipc/library'
import { PendingFolders } from '../../../../electron/pending-folders'
import { SearchClient } from '../../../../electron/search-client'
import { quiet, recordingLog, temporaryFolder } from '../support'

let folder: string
let remove: () => Promise<void>
let server: http.Server
let client: SearchClient
let asked: { method: string; url: string; body: unknown; authorization: string | undefined }[]
let answer: { status: number; body: string }

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  asked = []
  answer = { status: 200, body: '{}' }
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      asked.push({ method: request.method ?? '', url: request.url ?? '', body: text === '' ? null : (JSON.parse(text) as unknown), authorization: request.headers.authorization })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  client = new SearchClient({ port: () => port, secret: 's' })
})

afterEach(async () => {
  client.close()
  server.close()
  await remove()
})

describe('answerCall', () => {
  const handlers = Object.fromEntries(Object.keys(ipcArguments).map((channel) => [channel, vi.fn(() => null)])) as unknown as Handlers

  it('refuses a stranger before it looks at anything', async () => {
    const reply = await answerCall(handlers, 'item:open', { itemId: 1 }, false, quiet)
    expect(reply).toMatchObject({ ok: false, problem: { code: 'refused' } })
    expect(handlers['item:open']).not.toHaveBeenCalled()
  })

  it.each<[IpcChannel, unknown]>([
    ['item:open', undefined],
    ['item:open', { itemId: '1' }],
    ['item:open', { itemId: 0 }],
    ['item:open', { itemId: 1.5 }],
    ['library:add-folder', { path: '' }],
    ['library:add-folder', { path: 'x'.repeat(5000) }],
    ['sidecar:restart', { name: 'init' }],
    ['settings:update', { appearance: 'pink' }],
    ['session:get', { extra: true }],
  ])('%s refuses %j', async (channel, argument) => {
    expect(await answerCall(handlers, channel, argument, true, quiet)).toMatchObject({ ok: false, problem: { code: 'invalid-argument' } })
    expect(handlers[channel]).not.toHaveBeenCalled()
  })

  it('an unexpected failure crosses as data, with its stack in the log and behind More', async () => {
    const log = recordingLog()
    const broken: Handlers = { ...handlers, 'session:get': () => { throw new TypeError('boom') } }
    expect(await answerCall(broken, 'session:get', undefined, true, log)).toMatchObject({ ok: false, problem: { code: 'internal', message: 'Something went wrong inside the app.' } })
    expect(log.lines.join()).toContain('boom')
  })
})

describe('library', () => {
  const pending = () => new PendingFolders<Root>(path.join(folder, 'folders-pending.json'), quiet)

  it('adds an existing folder through search_server with its secret', async () => {
    answer.body = '{"id":4}'
    const handlers = libraryHandlers(client, pending(), () => Promise.resolve(null))
    expect(await handlers['library:add-folder']({ path: folder })).toEqual({ id: 4 })
    expect(asked).toEqual([{ method: 'POST', url: '/roots', body: { path: folder }, authorization: 'Bearer s' }])
  })

  it('a closed dialog adds nothing', async () => {
    expect(await libraryHandlers(client, pending(), () => Promise.resolve(null))['library:choose-folder'](undefined)).toBeNull()
    expect(await libraryHandlers(client, pending(), () => Promise.resolve(folder))['library:choose-folder'](undefined)).toBe(folder)
    expect(asked).toEqual([])
  })

  it.each([
    ['relative', 'not-absolute'],
    ['~/Music', 'not-absolute'],
    ['{folder}/missing', 'not-found'],
    ['{folder}/file.txt', 'not-a-folder'],
  ])('refuses %s as %s', async (candidate, code) => {
    writeFileSync(path.join(folder, 'file.txt'), '')
    await expect(existingFolder(candidate.replace('{folder}', folder))).rejects.toMatchObject({ problem: { code } })
  })

  it('passes the problem of search_server on, and words for what is none', async () => {
    const handlers = libraryHandlers(client, pending(), () => Promise.resolve(null))
    answer = { status: 409, body: '{"problem":{"code":"already-added","message":"This folder is in the library already.","next_step":null,"detail":null}}' }
    await expect(handlers['library:add-folder']({ path: folder })).rejects.toMatchObject({ problem: { code: 'already-added' } })
    answer = { status: 500, body: 'Internal Server Error' }
    await expect(handlers['library:rescan-folder']({ rootId: 1 })).rejects.toMatchObject({ problem: { code: 'search-failed', detail: 'HTTP 500: Internal Server Error' } })
  })

  it('waits for a library that is starting, and says so when it does not come', async () => {
    let port: number | null = null
    let isComing = true
    const early = libraryHandlers(new SearchClient({ port: () => port, secret: 's', isComing: () => isComing }), pending(), () => Promise.resolve(null))
    answer = { status: 200, body: '{"paused":true}' }
    const paused = early['library:set-paused']({ paused: true })
    await setTimeout(120)
    expect(asked).toEqual([])
    port = (server.address() as AddressInfo).port
    await expect(paused).resolves.toEqual({ paused: true })

    port = null
    const refused = early['library:set-paused']({ paused: true })
    isComing = false
    await expect(refused).rejects.toMatchObject({ problem: { code: 'search-not-ready' } })
  })

  it('waits no longer when the app is closed', async () => {
    const starting = new SearchClient({ port: () => null, secret: 's', isComing: () => true })
    const added = libraryHandlers(starting, pending(), () => Promise.resolve(null))['library:add-folder']({ path: folder })
    starting.close()
    await expect(added).rejects.toMatchObject({ problem: { code: 'app-closing' } })
  })

  it('a folder that could not be added before the app was closed is not lost', async () => {
    const starting = new SearchClient({ port: () => null, secret: 's', isComing: () => true })
    const added = libraryHandlers(starting, pending(), () => Promise.resolve(null))['library:add-folder']({ path: folder })
    starting.close()
    await expect(added).rejects.toMatchObject({ problem: { code: 'app-closing' } })

    const next = pending()
    expect(next.get()).toEqual([folder])
    answer.body = '{"id":4}'
    await libraryHandlers(client, next, () => Promise.resolve(null))['library:add-folder']({ path: folder })
    expect([next.get(), pending().get()]).toEqual([[], []])
  })
})

describe('items', () => {
  const desktop = { openPath: vi.fn(() => Promise.resolve('')), showItemInFolder: vi.fn() }
  const handlers = () => itemHandlers(client, desktop)
  const locate = (name: string): string => {
    const file = path.join(folder, name)
    answer.body = JSON.stringify({ path: file, root: folder, media_type: 'audio/mpeg', size: 1 })
    return file
  }

  it('opens and reveals what the library names', async () => {
    const file = locate('talk.mp3')
    writeFileSync(file, '')
    expect(await handlers()['item:open']({ itemId: 3 })).toBeNull()
    expect(await handlers()['item:reveal']({ itemId: 3 })).toBeNull()
    expect(desktop.openPath).toHaveBeenCalledWith(file)
    expect(desktop.showItemInFolder).toHaveBeenCalledWith(file)
    expect(asked.map(({ url }) => url)).toEqual(['/items/3/location', '/items/3/location'])
  })

  it('never starts a program', async () => {
    desktop.openPath.mockClear()
    for (const name of ['evil.sh', 'tool']) {
      const file = locate(name)
      writeFileSync(file, '')
      chmodSync(file, 0o755)
      await expect(handlers()['item:open']({ itemId: 1 })).rejects.toMatchObject({ problem: { code: 'is-a-program' } })
    }
    expect(desktop.openPath).not.toHaveBeenCalled()
  })

  it('a name that leads to a program, or out of the folder, is not opened', async () => {
    desktop.openPath.mockClear()
    desktop.showItemInFolder.mockClear()
    writeFileSync(path.join(folder, 'evil.sh'), '')
    symlinkSync(path.join(folder, 'evil.sh'), locate('holiday.pdf'))
    await expect(handlers()['item:open']({ itemId: 1 })).rejects.toMatchObject({ problem: { code: 'is-a-program' } })
    symlinkSync('/etc/hosts', locate('diary.pdf'))
    await expect(handlers()['item:open']({ itemId: 1 })).rejects.toMatchObject({ problem: { code: 'file-missing' } })
    await expect(handlers()['item:reveal']({ itemId: 1 })).rejects.toMatchObject({ problem: { code: 'file-missing' } })
    expect([desktop.openPath, desktop.showItemInFolder].flatMap((call) => call.mock.calls)).toEqual([])
  })

  it('says when the file is gone, or no program opens it', async () => {
    mkdirSync(path.join(folder, 'x'))
    const file = locate('gone.mp3')
    await expect(handlers()['item:reveal']({ itemId: 1 })).rejects.toMatchObject({ problem: { code: 'file-missing' } })
    writeFileSync(file, '')
    desktop.openPath.mockResolvedValueOnce('Failed to open path')
    await expect(handlers()['item:open']({ itemId: 1 })).rejects.toMatchObject({ problem: { code: 'not-opened', detail: 'Failed to open path' } })
  })
})
