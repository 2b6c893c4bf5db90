import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startXvfb } from '../../../scripts/electron-runtime/xvfb.mjs'

const installed = existsSync('/usr/bin/Xvfb')

it.skipIf(!installed)('gives every caller a display of its own and takes it away again', async () => {
  const first = await startXvfb()
  const second = await startXvfb({ width: 800, height: 600 })
  const sockets = [first, second].map(({ display }) => `/tmp/.X11-unix/X${display.slice(1)}`)
  expect(sockets.map((path) => existsSync(path))).toEqual([true, true])
  expect(first.display).not.toBe(second.display)
  await Promise.all([first.stop(), second.stop()])
  expect(sockets.map((path) => existsSync(path))).toEqual([false, false])
})

it.skipIf(!installed)('stops twice without harm', async () => {
  const display = await startXvfb()
  await display.stop()
  await display.stop()
})
