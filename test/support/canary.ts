/** Hears whatever reaches it on any address of this machine: TCP and UDP ports of its own. */
import dgram from 'node:dgram'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'

export class Canary {
  readonly heard: string[] = []
  private constructor(
    private readonly server: net.Server,
    private readonly socket: dgram.Socket,
  ) {
    server.on('connection', (client) => {
      this.heard.push('tcp')
      client.on('error', () => undefined)
    })
    socket.on('message', () => this.heard.push('udp'))
  }

  static async listen(): Promise<Canary> {
    const server = net.createServer().listen(0, '0.0.0.0')
    await once(server, 'listening')
    const socket = dgram.createSocket('udp4')
    socket.bind(0, '0.0.0.0')
    await once(socket, 'listening')
    return new Canary(server, socket)
  }

  get tcp(): number {
    return (this.server.address() as AddressInfo).port
  }

  get udp(): number {
    return this.socket.address().port
  }

  /** Loopback, and every other IPv4 address of this machine. */
  get addresses(): string[] {
    const others = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
    return ['127.0.0.1', ...others.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)]
  }

  /** Whether it hears at all: silence proves nothing otherwise. */
  async hearsItself(): Promise<boolean> {
    for (const address of this.addresses) {
      const client = net.connect(this.tcp, address)
      await once(client, 'connect')
      client.destroy()
      this.socket.send('x', this.udp, address)
    }
    const wanted = this.addresses.length * 2
    for (let waited = 0; this.heard.length < wanted && waited < 100; waited += 1) await new Promise((resolve) => setTimeout(resolve, 20))
    return this.heard.splice(0).length === wanted
  }

  close(): void {
    this.server.close()
    this.socket.close()
  }
}
