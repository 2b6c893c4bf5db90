import path from 'node:path'
import electronLog from 'electron-log/node'

export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

const maximumFileSize = 5 * 1024 * 1024

/** One file a process below `folder`; a full file becomes `<name>.old.log` and is replaced at the next rotation. */
export function createLog(folder: string, name: string, console: 'console' | 'silent' = 'silent'): Log {
  const log = electronLog.create({ logId: `${name}@${folder}` })
  log.transports.file.resolvePathFn = () => path.join(folder, `${name}.log`)
  log.transports.file.maxSize = maximumFileSize
  log.transports.file.format = '[{y}-{m}-{d} {h}:{i}:{s}.{ms}] [{level}] {text}'
  log.transports.console.level = console === 'console' ? 'info' : false
  return log
}
