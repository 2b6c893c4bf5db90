import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { chromiumSwitches } from '../../../../electron/security/chromium-switches'
import { readReleaseAddress } from '../../../../electron/updates/release-address'
import { loginOnce, proxyLogin, releaseNames, releaseProxy } from '../../../../electron/updates/release-proxy'
import { decideReleaseRequest } from '../../../../electron/updates/release-requests'
import { temporaryFolder } from '../support'

const address = new URL('https://releases.example.org/app/')

it('its session reaches the release address and nothing else, and nothing at all offline', () => {
  for (const url of ['https://releases.example.org/app/latest-linux.yml', 'https://releases.example.org/elsewhere']) expect(decideReleaseRequest(url, address, false)).toBe(true)
  const elsewhere = ['http://releases.example.org/app/', 'https://releases.example.org:8443/', 'https://example.org/', 'https://releases.example.org.evil.example/', 'http://127.0.0.1:4000/', 'file:///etc/passwd', 'data:text/plain,x', '']
  expect(elsewhere.filter((url) => decideReleaseRequest(url, address, false))).toEqual([])
  expect(decideReleaseRequest('https://releases.example.org/app/latest-linux.yml', address, true)).toBe(false)
})

it.each<[string, NodeJS.ProcessEnv, string | null]>([
  ['none', {}, null],
  ['for this scheme', { HTTPS_PROXY: 'http://proxy.example:3128' }, 'http://proxy.example:3128/'],
  ['in small letters, before the others', { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://large:1' }, 'http://small:1/'],
  ['without a scheme', { https_proxy: 'proxy.example:3128' }, 'http://proxy.example:3128/'],
  ['for everything', { ALL_PROXY: 'socks5://proxy.example:1080' }, 'socks5://proxy.example:1080'],
  ['for another scheme', { HTTP_PROXY: 'http://proxy.example:3128' }, null],
  ['with this host excepted', { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'localhost, .example.org' }, null],
  ['with another excepted', { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'ample.org' }, 'http://proxy.example:3128/'],
  ['with all excepted', { HTTPS_PROXY: 'http://proxy.example:3128', no_proxy: '*' }, null],
  ['that is nonsense', { HTTPS_PROXY: 'http://' }, null],
])('proxy of the environment: %s', (_what, environment, expected) => {
  expect(releaseProxy(address, environment)?.href ?? null).toBe(expected)
})

it('this machine is reached directly', () => {
  expect(releaseProxy(new URL('http://releases.localhost:1/'), { HTTP_PROXY: 'http://proxy.example:3128' })).toBeNull()
})

it.each<[string, string, object | null]>([
  ['none', 'http://proxy.example:3128', null],
  ['one', 'http://ann:secret@proxy.example:3128', { username: 'ann', password: 'secret' }],
  ['one with signs of addresses', 'http://a%40b:p%3A%2F%C3%A4@proxy.example:3128', { username: 'a@b', password: 'p:/ä' }],
  ['one that was not escaped', 'http://ann:100%@proxy.example:3128', { username: 'ann', password: '100%' }],
])('login of a proxy: %s', (_what, proxy, expected) => {
  expect(proxyLogin(new URL(proxy))).toEqual(expected)
})

it('a login is given once, and to the proxy alone', () => {
  const given: unknown[][] = []
  const answer = (...words: unknown[]): void => void given.push(words)
  let refused = 0
  const ask = loginOnce({ username: 'ann', password: 'secret' }, () => (refused += 1))
  ask({ isProxy: false }, answer)
  ask({ isProxy: true }, answer)
  expect([given, refused]).toEqual([[[], ['ann', 'secret']], 0])
  ask({ isProxy: true }, answer)
  expect([given.at(-1), refused]).toEqual([[], 1])
})

it('Chromium looks up the names of the release server and of its proxy, and no other', () => {
  const rules = (named: string[]): string | undefined => chromiumSwitches(named).find(([name]) => name === 'host-resolver-rules')?.[1]
  expect(rules([])).toBe('MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1')
  expect(rules(releaseNames(address, { HTTPS_PROXY: 'http://proxy.example:3128' }))).toBe('MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE releases.example.org, EXCLUDE proxy.example')
})

it('the address is in the file that packaging wrote; without it there is none, and a bad one is not used', async () => {
  const { folder, remove } = await temporaryFolder()
  const given = (url: string): { href: string | undefined; problem: string | null } => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'app-update.yml'), `provider: generic\nurl: ${url}\nupdaterCacheDirName: contentcache-updater\n`)
    const { address: found, problem } = readReleaseAddress(folder)
    return { href: found?.href, problem }
  }
  expect(readReleaseAddress(folder)).toEqual({ address: null, problem: null })
  expect(given('https://releases.example.org/app/')).toEqual({ href: address.href, problem: null })
  expect(given("'https://releases.example.org/app/'")).toEqual({ href: address.href, problem: null })
  for (const bad of ['http://releases.example.org/', 'https://a:b@releases.example.org/', '']) expect(given(bad)).toEqual({ href: undefined, problem: expect.stringContaining('app-update.yml') as string })
  await remove()
})
