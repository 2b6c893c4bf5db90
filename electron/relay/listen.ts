import type { Server } from 'node:http'
import getPort from 'get-port'
import type { Log } from '../log/log'

/** Each is one that another program took in the very moment between its choice and its use. */
const mostAttempts = 10

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** The port on 127.0.0.1 that the server has now. Rejects when the system gives none. */
export async function listenOnLoopback(server: Server, log: Log, propose = () => getPort({ host: '127.0.0.1' })): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await propose()
    try {
      await listen(server, port)
      return port
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === mostAttempts) throw error
      log.warn(`[relay] port ${port} was taken by another program in the meantime: another one is used.`)
    }
  }
}
