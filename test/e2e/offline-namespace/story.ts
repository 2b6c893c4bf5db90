/** Runs in a network namespace of its own: brings loopback up, indexes a library, searches it, and prints what it saw. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { RunningApp } from '../../support/app'
import { AppWindow } from '../../support/app-window'
import { python } from '../../support/checkout'
import { settled, started } from '../../support/library-status'

// SIOCGIFFLAGS and SIOCSIFFLAGS with IFF_UP (netdevice(7)): not every machine has the program `ip`.
const loopbackUp = `
import fcntl, socket, struct
control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
name, flags = struct.unpack("16sh", fcntl.ioctl(control, 0x8913, struct.pack("16sh", b"lo", 0))[:18])
fcntl.ioctl(control, 0x8914, struct.pack("16sh", name, flags | 1))
`

function reachOutside(): Promise<string> {
  return new Promise((resolve) => {
    // TEST-NET-1 (RFC 5737): nobody answers there, but only a machine without a route says so at once.
    const socket = connect({ host: '192.0.2.1', port: 443 })
    socket.once('connect', () => resolve('reachable'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENETUNREACH' ? 'unreachable' : (error.code ?? error.message)))
  })
}

async function story([dataDirectory, library]: string[]): Promise<void> {
  if (dataDirectory === undefined || library === undefined) throw new Error('usage: story.ts <data directory> <library>')
  execFileSync(python, ['-c', loopbackUp])
  mkdirSync(dataDirectory, { recursive: true })
  const app = await RunningApp.start({ dataDirectory, offline: true })
  try {
    const window = new AppWindow(app.window)
    await started(app.window)
    await window.addFolder(library)
    const done = await settled(app.window)
    const said = await window.search('blue flower pot')
    const meant = await window.search('how do I make bread at home')
    const report = {
      interfaces: Object.keys(networkInterfaces()),
      outside: await reachOutside(),
      failed: done.library.queue.failed,
      said: said.hits[0]?.name,
      meant: meant.hits[0]?.name,
    }
    process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    await app.quit()
  }
}

story(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
