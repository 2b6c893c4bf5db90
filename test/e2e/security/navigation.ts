/** The window shows the app's page and never another; only three https sites open, outside. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import type { Attacked } from './attacked'

interface Watched {
  opened: string[]
  navigated: string[]
  created: number
  downloads: string[]
}

/** main's side of what happens; nothing is really opened on the desktop. */
async function watchMain({ app }: Attacked): Promise<void> {
  await app.electron.evaluate(({ app: electron, session, shell, webContents }) => {
    const seen: Watched = { opened: [], navigated: [], created: 0, downloads: [] }
    Object.assign(globalThis, { seenByTest: seen })
    shell.openExternal = (url: string) => Promise.resolve(void seen.opened.push(url))
    electron.on('web-contents-created', () => (seen.created += 1))
    session.defaultSession.on('will-download', (event, item) => {
      if (!event.defaultPrevented) seen.downloads.push(item.getURL())
    })
    for (const contents of webContents.getAllWebContents()) {
      contents.on('did-navigate', (_event, url) => seen.navigated.push(url))
      contents.on('did-frame-navigate', (_event, url, _code, _text, isMainFrame) => {
        if (!isMainFrame && url !== 'about:blank' && url !== 'about:srcdoc') seen.navigated.push(url)
      })
    }
  })
}

function seenByMain({ app }: Attacked): Promise<Watched> {
  return app.electron.evaluate(() => (globalThis as typeof globalThis & { seenByTest: Watched }).seenByTest)
}

export function attacksByNavigation(attacked: () => Attacked): void {
  test.beforeEach(async () => {
    await watchMain(attacked())
    await attacked().page.evaluate(() => Object.assign(window, { stillHere: true }))
  })

  async function expectStillHere(): Promise<void> {
    await attacked().page.waitForTimeout(300)
    expect(await seenByMain(attacked())).toMatchObject({ navigated: [], created: 0, downloads: [] })
    expect(attacked().page.url()).toBe('app://contentcache/index.html')
    expect(await attacked().page.evaluate(() => 'stillHere' in window)).toBe(true)
  }

  const elsewhere = ['https://example.com/', 'http://127.0.0.1:1/', 'file:///etc/passwd', 'data:text/html,x', 'javascript:document.title="pwned"', 'mailto:a@b.c', 'smb://server/share', 'chrome://gpu', 'devtools://devtools/bundled/inspector.html', 'view-source:app://contentcache/']

  test('the page is not led away: address, link, form, meta refresh, history', async () => {
    const { relay } = attacked()
    await attacked().page.evaluate(async (urls) => {
      const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 60))
      await pause()
      const blob = URL.createObjectURL(new Blob(['<h1>x'], { type: 'text/html' }))
      for (const url of [...urls, blob]) {
        location.href = url
        await pause()
        const link = Object.assign(document.createElement('a'), { href: url })
        document.body.append(link)
        link.click()
        link.remove()
        await pause()
      }
      for (const action of ['https://example.com/', 'app://contentcache/index.html']) {
        const form = Object.assign(document.createElement('form'), { action, method: 'post' })
        document.body.append(form)
        form.submit()
        form.remove()
        await pause()
      }
      const meta = Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0;url=https://example.com/' })
      document.head.append(meta)
      await pause()
      meta.remove()
      for (const url of ['file:///etc/passwd', 'https://example.com/']) {
        try {
          history.pushState(null, '', url)
        } catch {
          continue
        }
        throw new Error(`history took ${url}`)
      }
      history.back()
      await pause()
    }, [...elsewhere, `${relay.origin}/media/1`, 'app://other/index.html'])
    await expectStillHere()
    expect((await seenByMain(attacked())).opened).toEqual([])
  })

  test('no second window, webview, frame or download', async () => {
    const { relay } = attacked()
    const windows = await attacked().page.evaluate(async (urls) => {
      const got: string[] = []
      for (const url of [...urls, 'about:blank', 'app://contentcache/index.html']) {
        if (window.open(url) !== null) got.push(url)
        const link = Object.assign(document.createElement('a'), { href: url, target: '_blank' })
        const saved = Object.assign(document.createElement('a'), { href: url.startsWith('javascript:') ? '#' : url, download: 'saved.txt' })
        const frame = document.createElement('iframe')
        const guest = document.createElement('webview')
        frame.setAttribute('src', url)
        guest.setAttribute('src', url)
        document.body.append(link, saved, frame, guest)
        link.click()
        await new Promise((resolve) => setTimeout(resolve, 40))
        for (const element of [link, saved, frame, guest]) element.remove()
      }
      const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob(['x'])), download: 'saved.txt' })
      document.body.append(link)
      link.click()
      link.remove()
      return got
    }, [...elsewhere, `${relay.origin}/media/1`])
    expect(windows).toEqual([])
    await expectStillHere()
    expect((await seenByMain(attacked())).opened).toEqual([])
  })

  test('a file or an address that is dropped leads nowhere', async () => {
    const folder = await attacked().stage.folder('dropped')
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'page.html'), '<script>document.title = "pwned"</script>')
    const devtools = await attacked().page.context().newCDPSession(attacked().page)
    const url = 'https://example.com/'
    for (const data of [
      { items: [], files: [path.join(folder, 'page.html')], dragOperationsMask: 1 },
      { items: [{ mimeType: 'text/uri-list', data: url, title: 'x', baseURL: url }], dragOperationsMask: 1 },
      { items: [{ mimeType: 'text/html', data: `<a href="${url}">x</a>` }], dragOperationsMask: 1 },
    ]) {
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await devtools.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
    }
    await devtools.detach()
    await expectStillHere()
    expect(await readdir(folder)).toEqual(['page.html'])
  })

  test('the browser opens three https sites and nothing else', async () => {
    await attacked().page.evaluate(async () => {
      const urls = ['https://huggingface.co/openai/whisper-base', 'https://github.com/openai/whisper', 'https://www.kaggle.com/models/google/yamnet']
      const refused = ['http://github.com/', 'https://github.com.evil.example/', 'https://evil.example/?https://github.com/', 'https://github.com:8443/', 'https://github.com@evil.example/', 'file:///bin/sh', 'ms-settings:', 'vbscript:x']
      for (const url of [...urls, ...refused]) {
        window.open(url)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    })
    await expectStillHere()
    const { opened } = await seenByMain(attacked())
    expect(opened.map((url) => new URL(url).origin)).toEqual(['https://huggingface.co', 'https://github.com', 'https://www.kaggle.com'])
  })
}
