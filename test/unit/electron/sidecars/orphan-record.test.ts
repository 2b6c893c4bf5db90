import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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

it.each(['', '{', '{"pid":1,"startTime":"x"}', '{"pid":"12"}', '[]'])('a damaged record (%j) ends nothing', async (content) => {
  writeFileSync(file(), content)
  expect(await new OrphanRecord(folder, 'search-server').endOrphan()).toBeNull()
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
