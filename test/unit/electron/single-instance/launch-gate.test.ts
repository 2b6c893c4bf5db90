import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { oneAtATime } from '../../../../electron/single-instance/launch-gate'
import { temporaryFolder } from '../support'

let folder: string
let remove: () => Promise<void>
const started: ChildProcess[] = []
beforeEach(async () => ({ folder, remove } = await temporaryFolder()))
afterEach(async () => {
  for (const process of started.splice(0)) process.kill('SIGKILL')
  await remove()
})

const gate = (): string => path.join(folder, 'launch.lock')

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'gated.ts'), gate(), path.join(folder, 'inside'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  return child
}

describe('oneAtATime', () => {
  it('of several processes that come at the same time only one is inside, however often', async () => {
    const ends = await Promise.all([1, 2, 3, 4].map(() => once(start('100'), 'exit')))
    expect(ends).toEqual(Array.from({ length: 4 }, () => [0, null]))
    expect(readdirSync(folder)).toEqual([])
  })

  it('who was killed inside holds nobody up', async () => {
    const killed = start('0', 'stay')
    await once(killed.stdout ?? killed, 'data')
    expect(existsSync(gate())).toBe(true)
    const end = once(killed, 'exit')
    killed.kill('SIGKILL')
    await end
    expect(oneAtATime(gate(), () => 'done', Infinity)).toBe('done')
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['somebody who stays', () => String(process.pid)],
    ['somebody who has not said who', () => ''],
  ])('%s is not waited for for ever', (_, holder) => {
    writeFileSync(gate(), holder())
    expect(oneAtATime(gate(), () => 'done', 50)).toBe('done')
    expect(readdirSync(folder)).toEqual([])
  })

  it('what goes wrong inside is passed on, and leaves the gate open', () => {
    expect(() =>
      oneAtATime(gate(), () => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(readdirSync(folder)).toEqual([])
  })

  it('where nothing can be written there is no gate', () => {
    expect(oneAtATime(path.join(folder, 'missing', 'launch.lock'), () => 'done')).toBe('done')
  })
})
