/** A process that comes to the gate again and again: run by launch-gate.test.ts, never by itself. */
import { closeSync, openSync, rmSync } from 'node:fs'
import { oneAtATime } from '../../../../electron/single-instance/launch-gate'

const [gate = '', inside = '', rounds = '0', rest = ''] = process.argv.slice(2)

for (let round = 0; round < Number(rounds); round += 1) {
  oneAtATime(gate, () => {
    // Throws where another is inside.
    closeSync(openSync(inside, 'wx'))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    rmSync(inside)
  })
}
if (rest === 'stay') {
  oneAtATime(gate, () => {
    process.stdout.write('inside\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
}
