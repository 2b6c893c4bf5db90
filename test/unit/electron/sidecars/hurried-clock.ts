import { AwakeClock } from '../../../../electron/sidecars/awake-clock'

/** The app's clock, on which time passes that nobody has to wait for. */
export class HurriedClock {
  private skipped = 0
  private readonly clock = new AwakeClock()

  read(): number {
    return this.clock.read() + this.skipped
  }

  skip(milliseconds: number): void {
    this.skipped += milliseconds
  }
}
