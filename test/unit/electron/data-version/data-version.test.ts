import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isTooOld, readLastUse, recordUse } from '../../../../electron/data-version/data-version'
import { refusalDialog, refusalLine } from '../../../../electron/data-version/words'
import { chosenLanguage } from '../../../../electron/settings'
import { temporaryFolder } from '../support'

let folder: string
let remove: () => Promise<void>
beforeEach(async () => ({ folder, remove } = await temporaryFolder()))
afterEach(() => remove())
const file = (): string => path.join(folder, 'version.json')

describe('isTooOld', () => {
  it.each([
    ['0.1.0', '0.2.0'],
    ['0.9.9', '0.10.0'],
    ['1.9.0', '2.0.0'],
    ['0.1.0', '0.2.0-beta.1'],
  ])('%s keeps its hands off what %s has used', (app, lastUsed) => expect(isTooOld(app, lastUsed)).toBe(true))

  it.each([
    ['0.2.0', '0.2.7'],
    ['0.2.7', '0.2.0'],
    ['0.2.0', '0.1.9'],
    ['2.0.0', '1.9.0'],
    ['0.10.0', '0.9.0'],
  ])('%s may use what %s has used', (app, lastUsed) => expect(isTooOld(app, lastUsed)).toBe(false))
})

describe('version.json', () => {
  it('says which version was the last, and leaves no other file', async () => {
    expect(readLastUse(file())).toEqual({ kind: 'none' })
    for (const version of ['0.1.0', '0.2.3', '0.2.1']) {
      await recordUse(file(), version)
      expect(readLastUse(file())).toEqual({ kind: 'version', version })
    }
    expect(readdirSync(folder)).toEqual(['version.json'])
    expect(readFileSync(file(), 'utf8')).toBe('{"version":"0.2.1"}\n')
  })

  it.each(['', '{', '{}', 'null', '{"version":2}', '{"version":"new"}', '{"version":"1"}', '\0\xff'])('damaged (%j) says nothing, and is written anew', async (content) => {
    writeFileSync(file(), content, 'latin1')
    expect(readLastUse(file()).kind).toBe('damaged')
    await recordUse(file(), '0.1.0')
    expect(readLastUse(file())).toEqual({ kind: 'version', version: '0.1.0' })
  })

  it('that is a folder says nothing, and stays', async () => {
    mkdirSync(file())
    expect(readLastUse(file()).kind).toBe('damaged')
    await expect(recordUse(file(), '0.1.0')).rejects.toThrow()
    expect(readdirSync(folder)).toEqual(['version.json'])
  })
})

describe('the refusal', () => {
  const newer = { data: '/home/ann/data', lastUsed: '0.2.0', version: '0.1.0' }

  it.each(['en', 'de-AT'])('says in a dialog (%s) which version, where, that nothing was changed and what to do', (language) => {
    const { message, detail, buttons } = refusalDialog(language, newer)
    expect(message).toContain('0.2.0')
    for (const part of [newer.data, '0.1.0', '0.2.0', '--data-dir', language === 'en' ? 'nothing was changed' : 'nichts verändert']) expect(detail).toContain(part)
    expect(buttons).toEqual([language === 'en' ? 'Quit' : 'Beenden'])
  })

  it('says the same in one line at a terminal', () => {
    const line = refusalLine(newer)
    for (const part of [newer.data, '0.1.0', '0.2.0', 'Nothing was changed', '--data-dir']) expect(line).toContain(part)
    expect(line).not.toContain('\n')
  })

  it.each([['{"language":"de"}', 'de'], ['{"language":"xx"}', 'system'], ['{', 'system']])('is in the language of the settings (%s), which stay as they are', (content, language) => {
    const settings = path.join(folder, 'settings.json')
    writeFileSync(settings, content)
    expect(chosenLanguage(settings)).toBe(language)
    expect([readdirSync(folder), readFileSync(settings, 'utf8')]).toEqual([['settings.json'], content])
  })
})
