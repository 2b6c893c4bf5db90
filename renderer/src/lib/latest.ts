/**
 * Runs one request at a time for a question that keeps changing: a new one aborts the one under way, and an answer that arrives
 * although a newer question was asked is dropped, whether or not the transport honoured the abort.
 */
export class Latest {
  private turn = 0
  private controller: AbortController | null = null

  async run<T>(request: (signal: AbortSignal) => Promise<T>): Promise<{ stale: true } | { stale: false; value: T }> {
    this.cancel()
    const turn = this.turn
    const controller = new AbortController()
    this.controller = controller
    try {
      const value = await request(controller.signal)
      return turn === this.turn ? { stale: false, value } : { stale: true }
    } catch (error) {
      if (turn !== this.turn) return { stale: true }
      throw error
    }
  }

  cancel(): void {
    this.turn += 1
    this.controller?.abort()
    this.controller = null
  }
}
