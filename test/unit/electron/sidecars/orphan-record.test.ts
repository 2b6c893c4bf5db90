import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { killTree } from '../../../../electron/sidecars/kill-tree'
import { OrphanRecord } from '../../../../electron/sidecars/orphan-record'
import { processStartTime, startTimeField } from '../../../../electron/sidecars/process-start-time'
import { isRunning, temporaryFolder, until } from '../support'

let folder: string
let remove: () => Promise<void>
let child: ChildProcess

beforeEach(async () => {
  ;({ folder, remove } = await temporaryFolder())
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await until(() => child.pid !== undefined, 'the child runs')
})

afterEach(async () => {
  child.kill('SIGKILL')
  await remove()
})

const file = (): string => path.join(folder, 'search-server.json')

it('ends exactly the recorded process, and only once', async () => {
  const record = new OrphanRecord(folder, 'search-server')
  await record.write(Number(child.pid))
  expect(await new OrphanRecord(folder, 'search-server').endOrphan()).toBe(child.pid)
  await until(() => child.signalCode === 'SIGKILL', 'the child is gone')
  expect(existsSync(file())).toBe(false)
  expect(await record.endOrphan()).toBeNull()
})

it('leaves a later process with the same pid alone', async () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(file(), JSON.stringify({ pid: child.pid, startTime: 'another boot:1' }))
  expect(await new OrphanRecord(folder, 'search-server').endOrphan()).toBeNull()
  expect(isRunning(Number(child.pid))).toBe(true)
  expect(existsSync(file())).toBe(false)
})

const damaged = ['', '{', '{"pid":1,"startTime":"x"}', '{"pid":-1,"startTime":"x"}', '{"pid":0,"startTime":"x"}', '{"pid":1e99,"startTime":"x"}', '{"pid":"12"}', '[]', '\0\xff\xfe']

it.each(damaged)('a damaged record (%j) ends nothing, and goes', async (content) => {
  writeFileSync(file(), content, 'latin1')
  expect(await new OrphanRecord(folder, 'search-server').endOrphan()).toBeNull()
  expect(existsSync(file())).toBe(false)
})

it('a folder in its place ends nothing and gives way', async () => {
  mkdirSync(file())
  const record = new OrphanRecord(folder, 'search-server')
  expect(await record.endOrphan()).toBeNull()
  await record.write(Number(child.pid))
  expect(await record.endOrphan()).toBe(child.pid)
})

it('this very program, named by a record of another boot, lives', async () => {
  writeFileSync(file(), JSON.stringify({ pid: process.pid, startTime: 'another boot:1' }))
  expect(await new OrphanRecord(folder, 'search-server').endOrphan()).toBeNull()
})

it('a frozen process is ended too, with its children', async () => {
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const record = new OrphanRecord(folder, 'search-server')
    await record.write(Number(parent.pid))
    parent.kill('SIGSTOP')
    expect(await record.endOrphan()).toBe(parent.pid)
    await until(async () => (await processStartTime(Number(line.toString()))) === null, 'its child is gone')
  } finally {
    await killTree(Number(parent.pid))
  }
})

it('a process that is gone has no start time, one that runs keeps its own', async () => {
  const pid = Number(child.pid)
  const time = await processStartTime(pid)
  expect(time).not.toBeNull()
  expect(await processStartTime(pid)).toBe(time)
  child.kill('SIGKILL')
  await until(async () => (await processStartTime(pid)) === null, 'the process is gone')
})

it('reads the 22nd field also when the name holds brackets and spaces', () => {
  const fields = Array.from({ length: 30 }, (_, index) => String(index + 4)).join(' ')
  expect(startTimeField(`17 (a) b (c) S ${fields}`)).toBe('22')
  expect(startTimeField(`17 (python3) Z ${fields}`)).toBeNull()
})

it('the record is whole JSON', async () => {
  await new OrphanRecord(folder, 'search-server').write(Number(child.pid))
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ pid: child.pid })
})
