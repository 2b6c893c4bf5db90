/** RFC 9110, 14: one range of bytes of a file of `size` bytes. Pure. */

export type ByteRange =
  | { kind: 'whole' }
  /** Both ends are part of it. */
  | { kind: 'part'; start: number; end: number }
  | { kind: 'unsatisfiable' }

const singleRange = /^bytes=(\d{0,15})-(\d{0,15})$/

/** A header that is malformed, of another unit or of several ranges is ignored, as the RFC allows. */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const match = header === undefined ? null : singleRange.exec(header.trim())
  if (match === null) return { kind: 'whole' }
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return { kind: 'whole' }
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: size - length, end: size - 1 }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return { kind: 'whole' }
  if (start >= size) return { kind: 'unsatisfiable' }
  return { kind: 'part', start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

/** `If-Range` with another validator than the file has now: the range is of an older file, so the whole is sent. */
export function rangeStillApplies(ifRange: string | undefined, entityTag: string): boolean {
  return ifRange === undefined || ifRange.trim() === entityTag
}
