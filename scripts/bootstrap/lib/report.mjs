const QUIET_SECONDS = 4
const interactive = process.stdout.isTTY

/** @param {number} since */
function secondsSince(since) {
  return ((performance.now() - since) / 1000).toFixed(1)
}

/** What one step shows: at most a line of progress every few seconds, then one closing line. */
export class StepReport {
  /** @param {string} title */
  constructor(title) {
    this.title = title
    this.started = performance.now()
    this.lastShown = this.started
    if (interactive) process.stdout.write(`  ${title} ...`)
  }

  /**
   * Sub-progress of a long step. In a terminal it overwrites itself; in a log it is rationed.
   * @param {string} text
   */
  progress(text) {
    if (interactive) {
      const room = (process.stdout.columns || 80) - this.title.length - 8
      process.stdout.write(`\r\x1b[K  ${this.title}: ${text.slice(0, room)}`)
      return
    }
    if (performance.now() - this.lastShown < QUIET_SECONDS * 1000) return
    this.lastShown = performance.now()
    console.log(`  ${this.title}: ${text} (${secondsSince(this.started)} s)`)
  }

  /**
   * A line that stays, whatever follows.
   * @param {string} text
   */
  note(text) {
    if (interactive) process.stdout.write('\r\x1b[K')
    console.log(`    ${text}`)
  }

  /**
   * @param {'done' | 'unchanged' | 'failed'} outcome
   * @param {string} [detail]
   */
  close(outcome, detail) {
    if (interactive) process.stdout.write('\r\x1b[K')
    const mark = outcome === 'failed' ? '✗' : '✓'
    console.log(`${mark} ${this.title}: ${outcome}${detail ? `, ${detail}` : ''} (${secondsSince(this.started)} s)`)
  }
}
