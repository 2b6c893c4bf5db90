/** What a script that got into the window can reach: nothing of Node, no code of its own, no other address, no device. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Attacked } from './attacked'

export function attacksInTheWindow(attacked: () => Attacked): void {
  test('has no Node and no Electron', async () => {
    const names = ['require', 'process', 'module', 'exports', 'Buffer', 'global', '__dirname', '__filename', 'electron', 'ipcRenderer', 'setImmediate']
    expect(await attacked().page.evaluate((all) => all.filter((name) => name in window), names)).toEqual([])
    const bridge = await attacked().page.evaluate(() =>
      Object.entries(Object.getOwnPropertyDescriptors(window.contentcache)).map(([name, { writable, configurable }]) => [name, writable, configurable]),
    )
    expect(bridge).toEqual(['invoke', 'pathOfDroppedFile', 'onMenu'].map((name) => [name, false, false]))
  })

  test('every web contents is sandboxed and isolated, with nothing switched on', async () => {
    const all = await attacked().app.electron.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => (contents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()),
    )
    expect(all).toHaveLength(1)
    for (const preferences of all) {
      expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false })
      const off = ['nodeIntegrationInSubFrames', 'nodeIntegrationInWorker', 'allowRunningInsecureContent', 'experimentalFeatures', 'enableBlinkFeatures']
      expect(off.filter((name) => Boolean(preferences[name]))).toEqual([])
    }
  })

  test('the system sandbox holds the renderer', () => {
    const renderer = attacked().app.processes().find(({ command }) => command.includes('--type=renderer'))
    const unsandboxed = renderer?.command.includes('--no-sandbox') ?? true
    if (unsandboxed) console.log('skipped: the system sandbox, because the tests run as root, where Chromium has none')
    test.skip(unsandboxed, 'run as root')
    expect(readFileSync(`/proc/${renderer?.pid ?? 0}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m)
  })

  test('no inline script, no eval, no foreign style, worker or frame: the policy says so', async () => {
    const seen = await attacked().page.evaluate(async () => {
      const violations: string[] = []
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => violations.push(`${effectiveDirective} ${blockedURI.split(':')[0] ?? ''}`))
      const world = window as Window & { pwned?: number }
      const errors: string[] = []
      const add = (tag: string, attributes: Record<string, string>, text = ''): HTMLElement => {
        const element = document.createElement(tag)
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
        element.textContent = text
        document.body.append(element)
        return element
      }
      // In a task of the page: a debugger's own call may do what the policy forbids.
      await new Promise((resolve) => setTimeout(resolve))
      for (const evaluate of ['(0, eval)("window.pwned = 1")', 'Function', 'timer', 'worker', 'blob worker']) {
        try {
          if (evaluate.startsWith('(')) (0, eval)('window.pwned = 1')
          else if (evaluate === 'Function') (Reflect.construct(Function, ['window.pwned = 2']) as () => void)()
          else if (evaluate === 'timer') (setTimeout as (code: string) => void)('window.pwned = 3')
          else if (evaluate === 'worker') new Worker('data:text/javascript,1')
          else new Worker(URL.createObjectURL(new Blob(['1'], { type: 'text/javascript' })))
        } catch (error) {
          errors.push((error as Error).name)
        }
      }
      add('script', {}, 'window.pwned = 4')
      add('script', { src: 'data:text/javascript,window.pwned=5' })
      add('script', { src: 'https://example.com/x.js' })
      add('img', { src: 'x', onerror: 'window.pwned = 6' })
      add('a', { href: 'javascript:window.pwned=7' }).click()
      const srcdoc = add('iframe', { srcdoc: '<script>parent.pwned = 8</script>' }) as HTMLIFrameElement
      const own = add('iframe', { src: 'app://contentcache/index.html' }) as HTMLIFrameElement
      add('iframe', { src: 'https://example.com/' })
      add('object', { data: 'https://example.com/', type: 'text/html' })
      add('embed', { src: 'https://example.com/', type: 'text/html' })
      add('style', {}, 'body { outline: 1px solid }')
      add('base', { href: 'https://example.com/' })
      await new Promise((resolve) => setTimeout(resolve, 500))
      const bridges = [srcdoc, own].map((frame) => {
        try {
          return typeof frame.contentWindow?.contentcache
        } catch {
          return 'out of reach'
        }
      })
      for (const element of document.body.querySelectorAll(':scope > :is(script, img, a, iframe, object, embed, style, base)')) element.remove()
      return { violations: [...new Set(violations)].sort(), pwned: world.pwned, errors, bridges, base: document.baseURI }
    })
    expect(seen.pwned).toBeUndefined()
    expect(seen.errors).toEqual(['EvalError', 'EvalError', 'SecurityError', 'SecurityError'])
    expect(seen.bridges.filter((bridge) => bridge !== 'undefined' && bridge !== 'out of reach')).toEqual([])
    expect(seen.base).toBe('app://contentcache/index.html')
    for (const violation of ['script-src eval', 'script-src-elem inline', 'script-src-elem data', 'script-src-elem https', 'script-src-attr inline']) {
      expect(seen.violations).toContain(violation)
    }
    for (const violation of ['worker-src data', 'worker-src blob', 'frame-src https', 'frame-src app', 'style-src-elem inline', 'base-uri https', 'object-src https']) {
      expect(seen.violations).toContain(violation)
    }
  })

  test('reaches no address but its page and the relay, by whatever means', async () => {
    const { canary, page } = attacked()
    expect(await canary.hearsItself()).toBe(true)
    const targets = { addresses: canary.addresses, tcp: canary.tcp, udp: canary.udp }
    const reached = await page.evaluate(async ({ addresses, tcp }) => {
      await new Promise((resolve) => setTimeout(resolve))
      const got: string[] = []
      for (const url of [...addresses.map((address) => `http://${address}:${tcp}/`), `http://localhost:${tcp}/`, 'https://example.com/', 'file:///etc/passwd', 'app://other/index.html']) {
        await fetch(url, { mode: 'no-cors' }).then(() => got.push(url), () => undefined)
        for (const send of [() => navigator.sendBeacon(url, 'x'), () => new EventSource(url)]) {
          try {
            send()
          } catch {
            // Not for this scheme.
          }
        }
        new Image().src = url
        for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'prerender', 'modulepreload', 'stylesheet', 'icon', 'manifest']) {
          const link = document.createElement('link')
          Object.assign(link, { rel, href: url })
          document.head.append(link)
          setTimeout(() => link.remove(), 1000)
        }
        const socket = new WebSocket(url.replace(/^\w+:/, 'ws:'))
        await new Promise((resolve) => {
          socket.onopen = () => resolve(got.push(socket.url))
          socket.onerror = () => resolve(null)
        })
      }
      return got
    }, targets)
    expect(reached).toEqual([])
    await page.waitForTimeout(700)
    expect(canary.heard).toEqual([])
  })

  test('WebRTC sends nothing, neither UDP nor TCP', async () => {
    const { canary, page } = attacked()
    expect(await canary.hearsItself()).toBe(true)
    const candidates = await page.evaluate(async ({ addresses, tcp, udp }) => {
      const found: string[] = []
      const server = (urls: string): RTCIceServer => ({ urls, username: 'what was found', credential: 'x' })
      await Promise.all(
        addresses.map(async (address) => {
          const iceServers = [server(`stun:${address}:${udp}`), server(`turn:${address}:${udp}`), server(`turn:${address}:${tcp}?transport=tcp`), server(`turns:${address}:${tcp}?transport=tcp`)]
          const peer = new RTCPeerConnection({ iceServers })
          peer.onicecandidate = ({ candidate }) => {
            if (candidate !== null) found.push(candidate.candidate)
          }
          peer.createDataChannel('x')
          const offer = await peer.createOffer()
          await peer.setLocalDescription(offer)
          await peer.setRemoteDescription({ type: 'answer', sdp: (offer.sdp ?? '').replace('a=setup:actpass', 'a=setup:active') })
          await peer.addIceCandidate({ candidate: `candidate:1 1 udp 2113937151 ${address} ${udp} typ host`, sdpMid: '0' })
          await peer.addIceCandidate({ candidate: `candidate:2 1 tcp 1518280447 ${address} ${tcp} typ host tcptype passive`, sdpMid: '0' })
          await new Promise((resolve) => setTimeout(resolve, 2000))
          peer.close()
        }),
      )
      return found
    }, { addresses: canary.addresses, tcp: canary.tcp, udp: canary.udp })
    expect(candidates).toEqual([])
    expect(canary.heard).toEqual([])
  })

  test('every permission is denied, asked for or looked up, but full screen and writing to the clipboard', async () => {
    const states = await attacked().page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi', 'background-sync', 'persistent-storage', 'screen-wake-lock']
      const more = ['accelerometer', 'gyroscope', 'magnetometer', 'local-fonts', 'payment-handler', 'idle-detection', 'display-capture']
      return Promise.all([...names, ...more].map(async (name) => [name, (await navigator.permissions.query({ name: name as PermissionName })).state]))
    })
    expect(states.filter(([, state]) => state !== 'denied')).toEqual([])

    // What a page may hold is what is listed; a device that is not there is no denial, so the permission above counts for camera and microphone.
    const granted = await attacked().page.evaluate(async () => {
      const got: string[] = []
      type Devices = Record<'usb' | 'hid' | 'serial' | 'bluetooth', Record<string, (wanted?: unknown) => Promise<unknown>> | undefined>
      const devices = navigator as unknown as Devices
      const tries: [string, () => Promise<unknown> | undefined][] = [
        ['place', () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))],
        ['notification', async () => ((await Notification.requestPermission()) === 'granted' ? true : Promise.reject(new Error('denied')))],
        ['camera', () => navigator.mediaDevices.getUserMedia({ video: true })],
        ['microphone', () => navigator.mediaDevices.getUserMedia({ audio: true })],
        ['screen', () => navigator.mediaDevices.getDisplayMedia()],
        ['screen, the old way', () => navigator.mediaDevices.getUserMedia({ video: { mandatory: { chromeMediaSource: 'desktop' } } as MediaTrackConstraints })],
        ['clipboard', () => navigator.clipboard.readText()],
        ['midi', () => navigator.requestMIDIAccess({ sysex: true })],
        ['usb', () => devices.usb?.['requestDevice']?.({ filters: [] })],
        ['serial', () => devices.serial?.['requestPort']?.()],
        ['hid', async () => ((await devices.hid?.['requestDevice']?.({ filters: [] })) as unknown[] | undefined)?.[0] ?? Promise.reject(new Error('none'))],
        ['bluetooth', () => devices.bluetooth?.['requestDevice']?.({ acceptAllDevices: true })],
        ['wake lock', () => navigator.wakeLock.request('screen')],
        ['storage', async () => (await navigator.storage.persist()) || Promise.reject(new Error('denied'))],
      ]
      for (const [what, attempt] of tries) {
        await Promise.resolve()
          .then(attempt)
          .then(
            (value) => value !== undefined && got.push(what),
            () => undefined,
          )
      }
      return got
    })
    expect(granted).toEqual([])

    await attacked().page.bringToFront()
    const allowed = await attacked().page.evaluate(async () => {
      await document.documentElement.requestFullscreen()
      const isFull = document.fullscreenElement !== null
      await document.exitFullscreen()
      return isFull && (await navigator.permissions.query({ name: 'clipboard-write' as PermissionName })).state === 'granted'
    })
    expect(allowed).toBe(true)
  })

  test('app:// gives nothing outside the built window', async () => {
    const paths = ['/../../package.json', '/%2e%2e/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/%2e%2e%2f%2e%2e%2fpackage.json', '/..%5c..%5cpackage.json']
    const more = ['//etc/passwd', '/etc/passwd', '/assets/../../main/main.js', '/%2fetc%2fpasswd.json', '/..%252f..%252fpackage.json', '/index.html/../../package.json', '/assets/']
    const answers = await attacked().page.evaluate(
      (all) => Promise.all(all.map(async (path) => [path, await fetch(`app://contentcache${path}`).then(({ status }) => status, () => 404)])),
      [...paths, ...more],
    )
    expect(answers.filter(([, status]) => status !== 404)).toEqual([])
    expect(await attacked().page.evaluate(async () => (await fetch('app://contentcache/index.html')).status)).toBe(200)
  })
}
