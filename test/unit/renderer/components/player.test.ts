import { describe, expect, it, vi } from 'vitest'
import { createPlayer, type Player } from '@/composables/usePlayer'

/** A media element whose file loads when the test says so. */
function media(): { element: HTMLMediaElement; load: (duration: number) => void; fail: (code: number) => void; plays: () => number } {
  const element = document.createElement('audio')
  let playing = false
  let plays = 0
  const state = { readyState: 0, duration: Number.NaN, error: null as { code: number } | null }
  for (const name of ['readyState', 'duration', 'error'] as const) Object.defineProperty(element, name, { get: () => state[name] })
  Object.defineProperty(element, 'paused', { get: () => !playing })
  element.play = () => {
    plays += 1
    playing = true
    element.dispatchEvent(new Event('play'))
    return Promise.resolve()
  }
  element.pause = () => {
    playing = false
    element.dispatchEvent(new Event('pause'))
  }
  return {
    element,
    load: (duration) => {
      Object.assign(state, { readyState: 1, duration })
      element.dispatchEvent(new Event('loadedmetadata'))
    },
    fail: (code) => {
      state.error = { code }
      element.dispatchEvent(new Event('error'))
    },
    plays: () => plays,
  }
}

function setup(): { player: Player; file: ReturnType<typeof media> } {
  const player = createPlayer()
  const file = media()
  player.attach(file.element)
  return { player, file }
}

describe('player', () => {
  it('stands at the second of the hit as soon as the file knows its length', () => {
    const { player, file } = setup()
    player.cue(8.1, 11, false)
    expect([player.time.value, player.duration.value]).toEqual([8.1, 11])
    file.load(10.9)
    expect(file.element.currentTime).toBe(8.1)
    expect(player.duration.value).toBe(10.9)
    expect(file.plays()).toBe(0)
  })

  it('plays from the newest place when play was asked before the file was there', () => {
    const { player, file } = setup()
    player.cue(1, null, false)
    player.play()
    player.seek(5)
    file.load(60)
    expect([file.element.currentTime, file.plays(), player.playing.value]).toEqual([5, 1, true])
  })

  it('keeps inside the recording', () => {
    const { player, file } = setup()
    player.cue(0, null, false)
    file.load(20)
    player.seek(18)
    player.skip(5)
    expect(file.element.currentTime).toBe(20)
    player.skip(-100)
    expect(file.element.currentTime).toBe(0)
  })

  it('says when a format cannot be played, and tries again with the next file', () => {
    const { player, file } = setup()
    player.cue(0, 10, false)
    file.fail(4)
    expect([player.unplayable.value, player.active.value]).toEqual([true, false])
    player.cue(0, 10, false)
    expect(player.unplayable.value).toBe(false)
  })

  it('lets go of a removed element', () => {
    const { player, file } = setup()
    player.cue(0, 10, false)
    file.load(10)
    player.toggle()
    expect(player.playing.value).toBe(true)
    const load = vi.spyOn(file.element, 'load')
    player.detach(file.element)
    expect([player.playing.value, player.active.value, load.mock.calls.length]).toEqual([false, false, 1])
  })
})
