import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { emptyTemporaryFolder } from '../../../electron/temporary-folder'
import { recordingLog, temporaryFolder } from './support'

let folder: string
let remove: () => Promise<void>
beforeEach(async () => ({ folder, remove } = await temporaryFolder()))
afterEach(() => remove())

it('is emptied, and what links in it lead to stays', () => {
  const [own, others] = [path.join(folder, 'own'), path.join(folder, 'others')]
  for (const place of [own, others, path.join(own, 'kreuzberg-pdfium')]) mkdirSync(place)
  writeFileSync(path.join(own, 'kreuzberg-pdfium', 'libpdfium.so'), '')
  writeFileSync(path.join(others, 'letter.txt'), '')
  symlinkSync(others, path.join(own, 'link'))
  const log = recordingLog()
  emptyTemporaryFolder(own, log)
  expect([readdirSync(own), readdirSync(others), log.lines]).toEqual([[], ['letter.txt'], []])
})
