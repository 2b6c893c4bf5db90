/** Brings loopback up in a new network namespace. */
import { execFileSync } from 'node:child_process'
import { python } from './checkout'

// SIOCGIFFLAGS and SIOCSIFFLAGS with IFF_UP (netdevice(7)): not every machine has the program `ip`.
const code = `
import fcntl, socket, struct
control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
name, flags = struct.unpack("16sh", fcntl.ioctl(control, 0x8913, struct.pack("16sh", b"lo", 0))[:18])
fcntl.ioctl(control, 0x8914, struct.pack("16sh", name, flags | 1))
`

export function bringLoopbackUp(): void {
  execFileSync(python, ['-c', code])
}
