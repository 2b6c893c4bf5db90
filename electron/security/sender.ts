import { isOwn } from './origins'

export interface Sender {
  /** Empty when the frame is already gone. */
  frameUrl: string
  isMainFrameOfWindow: boolean
}

/** Commands are taken from our own page in our own window, not from a frame or a page that came there some other way. */
export function isTrustedSender({ frameUrl, isMainFrameOfWindow }: Sender, origins: readonly string[]): boolean {
  return isMainFrameOfWindow && isOwn(frameUrl, origins)
}
