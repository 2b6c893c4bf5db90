import { realpathSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Erased, Refusal } from '../../../../electron/erase/erase-everything'
import { eraseButton, eraseQuestion, eraseReport, startAnewButton } from '../../../../electron/erase/questions'
import { startAnew, startToErase } from '../../../../electron/start-again'
import { announcement, report, sizeOf } from '../../../../electron/erase/words'
import { parseLaunchOptions } from '../../../../electron/launch-options'

const data = '/home/ann/.config/ContentCache'
const stays = { foreign: [`${data}/taxes.db`], linked: ['/disk/models'], modelsElsewhere: '/shared/models', dataFolder: data }
const partly: Erased = { kind: 'erased', erased: [{ path: `${data}/library.db`, bytes: 3_145_728 }], failed: [{ path: `${data}/window/Cache/1`, reason: 'EACCES' }], bytes: 3_145_728, stays }

it('sizes are those that the window shows', () => {
  expect([0, 999, 1024, 3_145_728, 145_263_637, 5 * 1024 ** 4].map(sizeOf)).toEqual(['0 B', '999 B', '1.0 kB', '3.0 MB', '139 MB', '5.0 TB'])
})

describe('at a terminal', () => {
  it('one line a name says what goes, with its size, and one each what stays', () => {
    const entries = [
      ...[{ path: `${data}/library.db`, bytes: 3_145_728 }, { path: `${data}/models/base.pt`, bytes: 1024 }, { path: `${data}/models/tfhub`, bytes: 1024 }],
      { path: '/home/ann/Programs/.contentcache-update/contentcache-updater', bytes: 7 },
    ]
    const text = announcement(data, { entries, folders: [data], foreign: stays.foreign, linked: stays.linked, unreadable: [{ path: `${data}/logs`, reason: 'EACCES' }] }, '/shared/models')
    for (const line of [`erases what it keeps in ${data}:`, '3.0 MB  library.db', '2.0 kB  models', '7 B  /home/ann/Programs/.contentcache-update', '3.0 MB  in all.', `${data}/taxes.db (not ContentCache's)`, '/shared/models (models', '/disk/models (a link', `${data}/logs (EACCES)`]) {
      expect(text).toContain(line)
    }
  })

  it('what could not be erased is named, with what to do', () => {
    const text = report(data, partly)
    expect(text).toContain(`Could not be erased:\n  ${data}/window/Cache/1 (EACCES)\n`)
    expect(text).toContain('run the command again')
    expect(report(data, { ...partly, failed: [] })).not.toContain('Could not')
  })
})

describe('in the dialogs', () => {
  it.each(['en', 'de'])('the question (%s) names the folder and what stays, and Enter and Escape are Cancel', (language) => {
    const { detail, buttons, defaultId, cancelId } = eraseQuestion(language, data, '/shared/models')
    expect(detail).toContain(data)
    expect(detail).toContain('/shared/models')
    expect([defaultId, cancelId]).toEqual([1, 1])
    expect([buttons?.[eraseButton], buttons?.[1]]).toEqual(language === 'en' ? ['Erase Everything', 'Cancel'] : ['Alles löschen', 'Abbrechen'])
    expect(eraseQuestion(language, data, null).detail).not.toContain('/shared/models')
  })

  it.each(['en', 'de'])('what became of it (%s) is told as it is', (language) => {
    const told = eraseReport(language, data, partly)
    expect(told).toMatchObject({ type: 'warning', message: language === 'en' ? 'Not everything could be erased.' : 'Es konnte nicht alles gelöscht werden.' })
    for (const place of [`${data}/window/Cache/1 (EACCES)`, ...stays.foreign, ...stays.linked, '/shared/models']) expect(told.detail).toContain(place)
    expect(told.buttons?.[startAnewButton]).toBe(language === 'en' ? 'Start Anew' : 'Neu beginnen')
    expect(eraseReport(language, data, { ...partly, failed: [] })).toMatchObject({ type: 'info' })
  })

  it.each(['en', 'de'])('a refusal (%s) says why nothing was erased', (language) => {
    const message = language === 'en' ? 'Nothing was erased.' : 'Es wurde nichts gelöscht.'
    const refusals: Refusal[] = [{ kind: 'in-use' }, { kind: 'ending', pids: [12] }, { kind: 'unchangeable', failure: { path: data, reason: 'EROFS' } }]
    const told = refusals.map((refusal) => eraseReport(language, data, refusal))
    for (const each of told) expect(each).toMatchObject({ type: 'warning', message, detail: expect.stringContaining(data) as unknown })
    expect(told.map(({ detail }) => /12|EROFS/.exec(detail ?? '')?.[0])).toEqual([undefined, '12', 'EROFS'])
  })

  it('a long list is cut, and says so', () => {
    const foreign = Array.from({ length: 20 }, (_, number) => `${data}/${number}.txt`)
    const { detail } = eraseReport('en', data, { ...partly, failed: [], stays: { foreign, linked: [], modelsElsewhere: null, dataFolder: null } })
    expect(detail).toContain(`${data}/7.txt\nand 12 more`)
    expect(detail).not.toContain(`${data}/8.txt`)
  })
})

describe('started again', () => {
  const as = { args: ['--no-sandbox', '--data-dir', '/d', '--offline'], program: '/opt/ContentCache/contentcache', environment: {} }

  it('to erase, and anew after that, with the same folders and the same program', () => {
    const toErase = startToErase(as)
    expect(toErase).toEqual({ args: [...as.args, '--erase-everything', '--yes', '--tell-in-dialog'], execPath: as.program })
    expect(parseLaunchOptions(toErase.args, '/')).toMatchObject({ dataDirectory: '/d', erase: { confirmed: true, inDialog: true } })
    expect(startAnew({ ...as, args: toErase.args })).toEqual({ args: as.args, execPath: as.program })
    expect(startToErase({ ...as, args: toErase.args })).toEqual(toErase)
  })

  it('out of an AppImage the image is started: the program in its mount goes with this process', () => {
    // This program's own folder stands for the mount: both have to be there.
    const image = realpathSync(__filename)
    const environment = { APPIMAGE: image, APPDIR: path.dirname(process.execPath) }
    expect(startToErase({ ...as, program: process.execPath, environment }).execPath).toBe(image)
    expect(startToErase({ ...as, environment }).execPath).toBe(as.program)
  })
})
