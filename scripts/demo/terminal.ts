/** What the demo prints. Colour only where a person reads it. */
const colourful = process.stdout.isTTY && !process.env['NO_COLOR']

const paint = (code: string) => (text: string) => (colourful ? `\x1b[${code}m${text}\x1b[0m` : text)
export const bold = paint('1')
export const dim = paint('2')
export const green = paint('32')
export const red = paint('31')
export const yellow = paint('33')
export const highlight = paint('1;33')

export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function heading(text: string): void {
  say()
  say(bold(text))
}

const started = Date.now()

/** A line with the seconds since the demo began. */
export function step(text: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6)
  say(`${dim(`${seconds} s`)}  ${text}`)
}

/** `3:07` for 187.2 seconds. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
