import { describe, expect, it, vi } from 'vitest'
import { menuTemplate } from '../../../electron/menu'
import { menuLabels } from '../../../electron/menu-labels'
import { minimumSize, visibleBounds, type Bounds } from '../../../electron/window-bounds'

const main: Bounds = { x: 0, y: 25, width: 1920, height: 1055 }
const left: Bounds = { x: -1280, y: 0, width: 1280, height: 1024 }

describe('visibleBounds', () => {
  it('is the middle of the main display at first', () => {
    expect(visibleBounds(null, [main])).toEqual({ x: 400, y: 173, width: 1120, height: 760 })
  })

  it('is the remembered place when it is visible, also on the second display', () => {
    const place = { x: -1200, y: 100, width: 800, height: 600 }
    expect(visibleBounds(place, [main, left])).toEqual(place)
  })

  it('comes back when its display was unplugged, with its size', () => {
    expect(visibleBounds({ x: -1200, y: 100, width: 800, height: 600 }, [main])).toEqual({ x: 560, y: 253, width: 800, height: 600 })
  })

  it('is moved in when it hangs out, and shrunk when it is larger than the display', () => {
    expect(visibleBounds({ x: 1800, y: 1000, width: 800, height: 600 }, [main])).toEqual({ x: 1120, y: 480, width: 800, height: 600 })
    expect(visibleBounds({ x: 10, y: 30, width: 5000, height: 4000 }, [main])).toEqual(main)
  })

  it('is never smaller than the minimum', () => {
    expect(visibleBounds({ x: 10, y: 30, width: 1, height: 1 }, [main])).toMatchObject(minimumSize)
  })
})

describe('menuTemplate', () => {
  const accelerators = (template: ReturnType<typeof menuTemplate>): string[] =>
    template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : [])).flatMap(({ accelerator }) => (accelerator === undefined ? [] : [accelerator]))

  it.each(['linux', 'darwin', 'win32'] as const)('sends each command once on %s, with one accelerator each', (platform) => {
    const [send, eraseEverything] = [vi.fn(), vi.fn()]
    const template = menuTemplate({ labels: menuLabels('en-GB'), platform, development: false, send, eraseEverything })
    const entries = template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    for (const { click } of entries) (click as (() => void) | undefined)?.()
    expect(send.mock.calls.flat().sort()).toEqual([
      'add-folder', 'back-up-library', 'check-for-updates', 'focus-search', 'restore-library', 'show-about', 'show-keys', 'show-library', 'show-models', 'show-settings', 'show-status', 'toggle-processing',
    ])
    expect(eraseEverything).toHaveBeenCalledOnce()
    expect(new Set(accelerators(template)).size).toBe(accelerators(template).length)
    expect(JSON.stringify(template)).not.toContain('toggleDevTools')
  })

  it('speaks German to Germans', () => {
    expect(menuTemplate({ labels: menuLabels('de-CH'), platform: 'linux', development: true, send: () => undefined, eraseEverything: () => undefined })[0]?.label).toBe('&Datei')
  })
})
