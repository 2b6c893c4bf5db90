/** What stands between a company's machine and the outside: a proxy that wants a login, and an authority that only the company's machines trust. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Certificate {
  key: Buffer
  cert: Buffer
}

/** A certificate authority in a folder, made with the openssl program. */
export class Authority {
  private constructor(
    private readonly folder: string,
    readonly certificate: string,
  ) {}

  static async make(folder: string): Promise<Authority> {
    await mkdir(folder, { recursive: true })
    const certificate = path.join(folder, 'ca.pem')
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Company authority', '-keyout', path.join(folder, 'ca.key'), '-out', certificate])
    return new Authority(folder, certificate)
  }

  async certificateFor(host: string): Promise<Certificate> {
    const file = (suffix: string): string => path.join(this.folder, `${host}.${suffix}`)
    await writeFile(file('ext'), `subjectAltName=DNS:${host}\n`)
    await run('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${host}`, '-keyout', file('key'), '-out', file('csr')])
    const signer = ['-CA', this.certificate, '-CAkey', path.join(this.folder, 'ca.key'), '-CAcreateserial']
    await run('openssl', ['x509', '-req', '-in', file('csr'), ...signer, '-days', '2', '-extfile', file('ext'), '-out', file('pem')])
    return { key: await readFile(file('key')), cert: await readFile(file('pem')) }
  }

  /** As an administrator does on Linux: in the store of this home, where Chromium looks. */
  async trustIn(home: string): Promise<void> {
    const store = path.join(home, '.pki', 'nssdb')
    await mkdir(store, { recursive: true })
    const password = path.join(store, 'no-password')
    await writeFile(password, '\n')
    for (const what of [['-N'], ['-A', '-t', 'C,,', '-n', 'Company authority', '-i', this.certificate]]) await run('certutil', ['-d', `sql:${store}`, '-f', password, ...what])
  }
}

/** Lets through, to one port of this machine whatever host is asked for, who gives the login. */
export class CompanyProxy {
  /** What was asked for with the right login, `host:port`. */
  readonly passed: string[] = []
  /** How often another login was given. */
  guesses = 0
  private readonly sockets = new Set<Duplex>()

  private constructor(
    private readonly server: http.Server,
    private readonly authorization: string,
    private readonly target: number,
  ) {}

  static async start(user: string, password: string, target: number): Promise<CompanyProxy> {
    const server = http.createServer((_request, response) => response.writeHead(405).end())
    const own = new CompanyProxy(server, `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, target)
    server.on('connect', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => own.connect(request, socket, head))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return own
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async end(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private connect(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    this.keep(socket)
    const given = request.headers['proxy-authorization']
    if (given !== this.authorization) {
      if (given !== undefined) this.guesses += 1
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="Company"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    this.passed.push(request.url ?? '')
    const outside = net.connect(this.target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      outside.write(head)
      socket.pipe(outside).pipe(socket)
    })
    this.keep(outside)
    outside.on('close', () => socket.destroy())
    socket.on('close', () => outside.destroy())
  }

  private keep(socket: Duplex): void {
    this.sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket))
  }
}
