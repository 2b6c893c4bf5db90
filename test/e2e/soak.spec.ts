import { test, expect } from '@playwright/test'
import { temporaryFolder } from '../support/app'
import { complaints } from '../../scripts/torture/report'
import { Scene } from '../../scripts/torture/scene'
import { soak } from '../../scripts/torture/soak'

/** Drawn so that each sort is among them: sidecars, pipes, the window, files, folders, the end of everything. */
const options = { faults: 15, files: 40, seed: 1294, only: '', keep: false }

/** `npm run torture` does the same with 200 faults over 300 files. */
test('random faults in the middle of indexing lose nothing, double nothing and leave nothing behind', async () => {
  test.setTimeout(300_000)
  const base = await temporaryFolder('soak')
  const scene = new Scene({ display: process.env['DISPLAY'], base: base.path, files: options.files })
  const told: string[] = []
  const tell = (text: string): void => void told.push(text)
  try {
    const report = await soak(scene, options, { heading: tell, step: tell, note: tell })
    expect(complaints(report, options.faults), told.join('\n')).toEqual([])
    expect(report).toMatchObject({ files: options.files, tally: { survived: options.faults } })
    expect(report.searched).toBeGreaterThan(options.files / 2)
  } finally {
    await scene.end()
    await base.remove()
  }
})
