import { computed, markRaw, ref, shallowRef, type ComputedRef, type Ref } from 'vue'

export interface Player {
  /** Seconds from the start. */
  time: Readonly<Ref<number>>
  /** Seconds; NaN until the file or the library told it. */
  duration: ComputedRef<number>
  playing: Readonly<Ref<boolean>>
  waiting: Readonly<Ref<boolean>>
  /** The format cannot be played here. */
  unplayable: Readonly<Ref<boolean>>
  muted: Ref<boolean>
  rate: Ref<number>
  active: ComputedRef<boolean>
  attach(element: HTMLMediaElement): void
  detach(element: HTMLMediaElement): void
  /** A new file, to stand at `start` seconds. `knownDuration` from the library, for streams that do not say it themselves. */
  cue(start: number, knownDuration: number | null, play: boolean): void
  seek(time: number): void
  skip(seconds: number): void
  play(): void
  pause(): void
  toggle(): void
}

/** Drives one audio or video element at a time. A seek before the element knows its length is kept until it does. */
export function createPlayer(): Player {
  const element = shallowRef<HTMLMediaElement | null>(null)
  const time = ref(0)
  const playing = ref(false)
  const waiting = ref(false)
  const unplayable = ref(false)
  const mediaDuration = ref(Number.NaN)
  const knownDuration = ref<number | null>(null)
  const muted = ref(false)
  const rate = ref(1)
  let pendingTime: number | null = null
  let pendingPlay = false
  let frame = 0

  const duration = computed(() => (Number.isFinite(mediaDuration.value) ? mediaDuration.value : (knownDuration.value ?? Number.NaN)))

  function track(): void {
    cancelAnimationFrame(frame)
    const media = element.value
    if (!media) return
    time.value = media.currentTime
    if (!media.paused) frame = requestAnimationFrame(track)
  }

  const handlers: Partial<Record<keyof HTMLMediaElementEventMap, () => void>> = {
    loadedmetadata: () => {
      const media = element.value
      if (!media) return
      mediaDuration.value = media.duration
      media.playbackRate = rate.value
      media.muted = muted.value
      if (pendingTime !== null) media.currentTime = pendingTime
      pendingTime = null
      if (pendingPlay) play()
      pendingPlay = false
    },
    durationchange: () => (mediaDuration.value = element.value?.duration ?? Number.NaN),
    timeupdate: track,
    seeked: track,
    play: () => {
      playing.value = true
      track()
    },
    pause: () => (playing.value = false),
    ended: () => (playing.value = false),
    waiting: () => (waiting.value = true),
    playing: () => (waiting.value = false),
    canplay: () => (waiting.value = false),
    error: () => {
      const code = element.value?.error?.code
      unplayable.value = code === 3 || code === 4
      playing.value = false
      waiting.value = false
    },
  }

  function attach(media: HTMLMediaElement): void {
    element.value = markRaw(media)
    for (const [name, handler] of Object.entries(handlers)) media.addEventListener(name, handler)
    if (media.readyState >= 1) handlers.loadedmetadata?.()
    if (media.error) handlers.error?.()
  }

  function detach(media: HTMLMediaElement): void {
    for (const [name, handler] of Object.entries(handlers)) media.removeEventListener(name, handler)
    media.pause()
    // Without this the removed element would go on loading its file.
    media.removeAttribute('src')
    media.load()
    if (element.value === media) element.value = null
    cancelAnimationFrame(frame)
    playing.value = false
  }

  function cue(start: number, known: number | null, playNow: boolean): void {
    mediaDuration.value = Number.NaN
    knownDuration.value = known
    unplayable.value = false
    waiting.value = false
    playing.value = false
    time.value = start
    pendingTime = start
    pendingPlay = playNow
  }

  function seek(to: number): void {
    const last = Number.isFinite(duration.value) ? duration.value : Number.POSITIVE_INFINITY
    const at = Math.min(Math.max(0, to), last)
    time.value = at
    const media = element.value
    if (media && media.readyState >= 1) media.currentTime = at
    else pendingTime = at
  }

  function play(): void {
    const media = element.value
    if (!media || media.readyState < 1) {
      pendingPlay = true
      return
    }
    media.play().catch((error: unknown) => {
      // A pause or a new file before the first frame aborts play(): that is no failure.
      if (!(error instanceof DOMException)) throw error
      if (error.name === 'NotSupportedError') unplayable.value = true
    })
  }

  function pause(): void {
    pendingPlay = false
    element.value?.pause()
  }

  return {
    time,
    duration,
    playing,
    waiting,
    unplayable,
    muted: computed({
      get: () => muted.value,
      set: (value) => {
        muted.value = value
        if (element.value) element.value.muted = value
      },
    }),
    rate: computed({
      get: () => rate.value,
      set: (value) => {
        rate.value = value
        if (element.value) element.value.playbackRate = value
      },
    }),
    active: computed(() => element.value !== null && !unplayable.value),
    attach,
    detach,
    cue,
    seek,
    skip: (seconds) => seek(time.value + seconds),
    play,
    pause,
    toggle: () => (playing.value || pendingPlay ? pause() : play()),
  }
}

const shared = createPlayer()

/** The one player of the window: two recordings never sound at once. */
export function usePlayer(): Player {
  return shared
}
