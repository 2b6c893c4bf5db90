import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveAppFile } from '../../../../electron/security/app-files'
import { contentSecurityPolicy } from '../../../../electron/security/csp'
import { decideNavigation } from '../../../../electron/security/navigation'
import { isProgram } from '../../../../electron/security/openable'
import { developmentOrigin, isOwn } from '../../../../electron/security/origins'
import { decidePermission } from '../../../../electron/security/permissions'
import { deadEnd } from '../../../../electron/security/proxy'
import { decideRequest } from '../../../../electron/security/requests'
import { isTrustedSender } from '../../../../electron/security/sender'

const origins = ['app://contentcache']
const relay = 'http://127.0.0.1:4000'
const own = 'app://contentcache/index.html#/library'
const strangers = [
  'app://contentcache.evil/index.html',
  'app://evil/index.html',
  'app://contentcache@evil/',
  'file:///etc/passwd',
  'https://evil.example/',
  'http://contentcache/',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  'blob:app://contentcache/2f0b',
  'filesystem:app://contentcache/x',
  '',
  'nonsense',
]

it('our page is ours, nothing that looks like it', () => {
  expect(isOwn(own, origins)).toBe(true)
  expect(strangers.filter((url) => isOwn(url, origins))).toEqual([])
})

describe('decideNavigation', () => {
  it('keeps the window on our page', () => {
    expect(decideNavigation(own, origins)).toBe('allow')
    expect(strangers.map((url) => decideNavigation(url, origins))).toEqual(strangers.map(() => 'stay'))
  })

  it.each<[string, string]>([
    ['https://huggingface.co/openai/whisper-base', 'open-outside'],
    ['http://huggingface.co/', 'stay'],
    ['https://huggingface.co.evil.example/', 'stay'],
    ['https://user@huggingface.co/', 'open-outside'],
    ['https://github.com:8443/', 'stay'],
    ['mailto:a@b.c', 'stay'],
    ['smb://server/share', 'stay'],
  ])('%s: %s', (url, decision) => {
    expect(decideNavigation(url, origins)).toBe(decision)
  })
})

it('permissions are denied unless named, and never to strangers', () => {
  expect(decidePermission('fullscreen', own, origins)).toBe(true)
  expect(decidePermission('clipboard-sanitized-write', own, origins)).toBe(true)
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'hid', 'usb']) expect(decidePermission(permission, own, origins)).toBe(false)
  expect(strangers.some((url) => decidePermission('fullscreen', url, origins))).toBe(false)
})

it('requests reach our page and the relay, nothing else', () => {
  for (const url of [own, `${relay}/media/1`, 'ws://127.0.0.1:4000/events', 'blob:app://contentcache/1', 'data:image/png;base64,', 'devtools://devtools/x']) {
    expect([url, decideRequest(url, origins, relay)]).toEqual([url, true])
  }
  for (const url of ['https://example.com/', 'http://127.0.0.1:4001/', 'ws://127.0.0.1:4001/', 'http://localhost:4000/', 'https://127.0.0.1:4000/', 'file:///etc/passwd', 'ftp://127.0.0.1:4000/', 'x']) {
    expect([url, decideRequest(url, origins, relay)]).toEqual([url, false])
  }
})

it('a page that our page made by itself is not ours, also while developing', () => {
  for (const url of ['blob:http://localhost:5173/2f0b', 'filesystem:http://localhost:5173/x']) expect(isOwn(url, ['http://localhost:5173'])).toBe(false)
})

it('the relay, which refuses, is the proxy for everything but itself and the development server', () => {
  expect(deadEnd(relay, origins)).toEqual({ mode: 'fixed_servers', proxyRules: '127.0.0.1:4000', proxyBypassRules: '<-loopback>;127.0.0.1:4000' })
  expect(deadEnd(relay, [...origins, 'http://localhost:5173']).proxyBypassRules).toBe('<-loopback>;127.0.0.1:4000;localhost:5173')
})

it('commands come from the main frame of our window', () => {
  expect(isTrustedSender({ frameUrl: own, isMainFrameOfWindow: true }, origins)).toBe(true)
  expect(isTrustedSender({ frameUrl: own, isMainFrameOfWindow: false }, origins)).toBe(false)
  expect(strangers.some((frameUrl) => isTrustedSender({ frameUrl, isMainFrameOfWindow: true }, origins))).toBe(false)
})

it('the policy allows nothing inline, nothing evaluated, and only the relay', () => {
  const policy = contentSecurityPolicy(relay)
  expect(policy).not.toMatch(/unsafe|\*|https:|data:/)
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:4000 ws://127.0.0.1:4000")
})

describe('resolveAppFile', () => {
  const root = path.resolve('/app/out/renderer')

  it('finds the files of the window', () => {
    expect(resolveAppFile('app://contentcache/', root)).toEqual({ path: path.join(root, 'index.html'), mediaType: 'text/html; charset=utf-8' })
    expect(resolveAppFile('app://contentcache/assets/a%20b.js?v=1#x', root)?.path).toBe(path.join(root, 'assets', 'a b.js'))
  })

  it.each([
    'app://contentcache/../main/main.js',
    'app://contentcache/%2e%2e/main/main.js',
    'app://contentcache/..%2fmain%2fmain.js',
    'app://contentcache/%2e%2e%2f%2e%2e%2fpackage.json',
    'app://contentcache/..%5cmain.js',
    'app://contentcache/a%00.js',
    'app://contentcache/%E0%A4%A',
    'app://contentcache/secret.key',
    'app://other/index.html',
    'file:///app/out/renderer/index.html',
  ])('gives %s nothing outside its folder', (url) => {
    const file = resolveAppFile(url, root)
    expect(file === null || file.path.startsWith(root + path.sep)).toBe(true)
    if (!url.includes('/../') && !url.includes('%2e%2e/')) expect(file).toBeNull()
  })
})

describe('developmentOrigin', () => {
  it('is taken from the environment of a checkout only', () => {
    const environment = { ELECTRON_RENDERER_URL: 'http://localhost:5173/' }
    expect(developmentOrigin(environment, false)).toBe('http://localhost:5173')
    expect(developmentOrigin(environment, true)).toBeNull()
    expect(developmentOrigin({}, false)).toBeNull()
  })

  it('is on this machine', () => {
    expect(() => developmentOrigin({ ELECTRON_RENDERER_URL: 'http://evil.example/' }, false)).toThrow('on this machine')
  })
})

it('programs are not started from a search result', () => {
  for (const file of ['a.exe', 'A.BAT', 'x.desktop', 'run.sh', 'setup.msi', 'x.AppImage', 'link.lnk', 'p.py', 'a.exe.', 'a.exe . ', 'x.settingcontent-ms', 'disk.iso', 'help.chm']) expect(isProgram(file, 0o644, 'win32')).toBe(true)
  expect(isProgram('tool', 0o755, 'linux')).toBe(true)
  expect(isProgram('README', 0o644, 'linux')).toBe(false)
  for (const file of ['talk.mp3', 'paper.pdf', 'notes.txt', 'film.mkv']) expect(isProgram(file, 0o755, 'linux')).toBe(false)
})
