import { expect, it } from 'vitest'
import { releaseAddress } from '../../../../electron/updates/release-address'
import { configurationOf } from '../../../../scripts/package/builder.mjs'
import { workshop } from '../../../../scripts/package/layout.mjs'
import { parsePackageOptions } from '../../../../scripts/package/options.mjs'
import { parseReleaseAddress } from '../../../../scripts/package/release-address.mjs'

const taken = ['https://example.org/releases/', 'https://example.org', 'https://example.org:8443/a%20b/', 'http://localhost:8080/', 'http://127.0.0.1:1/x/', 'http://releases.localhost:1/', 'http://[::1]:1/']
const refused = [
  ...['http://example.org/', 'http://127.0.0.1.example.org/', 'http://localhost.example.org/', 'ftp://example.org/', 'file:///srv/releases/', 'javascript:alert(1)', 'example.org', ''],
  ...['https://user:secret@example.org/', 'https://user@example.org/', 'https://example.org/?key=secret', 'https://example.org/#x'],
]

it('packaging and the app take the same addresses, and refuse the same', () => {
  expect(taken.map((text) => [text, releaseAddress(text) !== null])).toEqual(taken.map((text) => [text, true]))
  expect(taken.map((text) => parseReleaseAddress(text)?.endsWith('/'))).toEqual(taken.map(() => true))
  expect(refused.map((text) => [text, releaseAddress(text)])).toEqual(refused.map((text) => [text, null]))
  for (const text of refused) expect(() => parseReleaseAddress(text)).toThrow(/--release-address/)
})

it('is a folder, given once when packaging, and nothing otherwise', () => {
  const run = { parts: workshop('/parts'), out: '/out', electronVersion: '1.2.3', electronFuses: {}, release: false }
  expect(parsePackageOptions(['--release-address', 'https://example.org/releases'])).toMatchObject({ releaseAddress: 'https://example.org/releases/' })
  expect(() => parsePackageOptions(['--release-address', 'http://example.org/'])).toThrow('not safe')
  expect(configurationOf({ ...run, releaseAddress: 'https://example.org/releases/' }).publish).toEqual({ provider: 'generic', url: 'https://example.org/releases/' })
  expect(configurationOf(run).publish).toBeNull()
})
