import { describe, expect, it } from 'vitest'
import type { EngineState, Item, ItemState, JobStage, ModelId, ModelState, SidecarName } from '../../../electron/contract/generated/events'
import { applyEvent, emptyPicture, type Picture } from '../../../electron/contract/picture'
import type { ModelEntry, RelayEvent, SupervisorState } from '../../../electron/contract/relay'
import { notStarted } from '../../../electron/sidecars/sidecars'

const empty: Picture = { ...emptyPicture, sidecars: [notStarted('search-server'), notStarted('audio-processor')] }

function item(id: number, state: ItemState): Item {
  return {
    id, root_id: 1, name: `${id}.mp3`, folder: '', kind: 'audio', extension: 'mp3', size: 1, modified_at: 0, state, needs: [], problem: null,
    duration: null, pages: null, language: null, image: null, has_thumbnail: false, indexed_at: null,
  }
}

function progress(itemId: number, stage: JobStage, done = 1, total = 10): RelayEvent {
  return { type: 'job-progress', item_id: itemId, name: 'a', stage, done, total, unit: 'seconds', seconds_left: null }
}

function sidecar(name: SidecarName, state: SupervisorState): RelayEvent {
  return { type: 'sidecar-changed', sidecar: { ...notStarted(name), state } }
}

function engine(id: ModelId, state: EngineState): RelayEvent {
  return { type: 'engine-changed', status: { engine: id, state, problem: null } }
}

const apply = (...events: RelayEvent[]): Picture => events.reduce(applyEvent, empty)

describe('progress', () => {
  it('is one entry an item, the newest', () => {
    expect(apply(progress(1, 'decoding'), progress(2, 'extracting'), progress(1, 'transcribing', 5)).progress).toMatchObject([
      { item_id: 1, stage: 'transcribing', done: 5 },
      { item_id: 2 },
    ])
  })

  it.each<ItemState>(['indexed', 'failed', 'waiting', 'needs-model'])('ends when the item is %s', (state) => {
    expect(apply(progress(1, 'decoding'), { type: 'item-changed', item: item(1, state) }).progress).toEqual([])
  })

  it('stays while the item is worked on', () => {
    expect(apply(progress(1, 'decoding'), { type: 'item-changed', item: item(1, 'working') }).progress).toHaveLength(1)
  })

  it('of a removed item is gone, of embedding when it is done', () => {
    expect(apply(progress(1, 'decoding'), { type: 'item-removed', item_id: 1 }).progress).toEqual([])
    expect(apply(progress(1, 'embedding', 9, 10), progress(1, 'embedding', 10, 10)).progress).toEqual([])
  })

  it('of a process that ended is gone, the other process keeps its own', () => {
    const picture = apply(sidecar('audio-processor', 'ready'), progress(1, 'transcribing'), progress(2, 'extracting'), sidecar('audio-processor', 'restarting'))
    expect(picture.progress).toMatchObject([{ item_id: 2 }])
  })
})

it('engines of a process that ended are not loaded any more; a missing one is still missing', () => {
  const picture = apply(engine('minilm', 'ready'), engine('whisper-base', 'loading'), engine('yamnet', 'missing'), sidecar('audio-processor', 'failed'))
  expect(picture.engines.map(({ engine: id, state }) => [id, state])).toEqual([['minilm', 'ready'], ['whisper-base', 'unloaded'], ['yamnet', 'missing']])
})

it('an engine that failed in a process that ended has not failed in the next', () => {
  const problem = { code: 'engine-failed', message: 'MiniLM could not be loaded.', next_step: null, detail: null }
  const failed: RelayEvent = { type: 'engine-changed', status: { engine: 'minilm', state: 'failed', problem } }
  const picture = apply(sidecar('search-server', 'ready'), failed, sidecar('search-server', 'starting'), sidecar('search-server', 'ready'))
  expect(picture.engines).toEqual([{ engine: 'minilm', state: 'unloaded', problem: null }])
})

/** Small deterministic generator (mulberry32), so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

function pick<T>(roll: (sides: number) => number, choices: readonly [T, ...T[]]): T {
  return choices[roll(choices.length)] ?? choices[0]
}

function randomEvent(roll: (sides: number) => number): RelayEvent {
  const id = roll(5) + 1
  switch (roll(7)) {
    case 0:
      return sidecar(pick(roll, ['search-server', 'audio-processor']), pick(roll, ['stopped', 'starting', 'ready', 'degraded', 'restarting', 'failed']))
    case 1:
      return engine(pick(roll, ['minilm', 'whisper-base', 'yamnet']), pick(roll, ['missing', 'unloaded', 'loading', 'ready', 'failed']))
    case 2:
      return { type: 'item-changed', item: item(id, pick(roll, ['waiting', 'working', 'indexed', 'failed'])) }
    case 3:
      return { type: 'item-removed', item_id: id }
    case 4:
      return { type: 'offline-changed', offline: roll(2) === 1 }
    default:
      return progress(id, pick(roll, ['extracting', 'decoding', 'listening', 'transcribing', 'embedding']), roll(11), 10)
  }
}

it('whenever a client joins, its snapshot and the events after it make the picture of the relay', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const roll = dice(seed)
    const events = Array.from({ length: 100 }, () => randomEvent(roll))
    const relay = apply(...events)
    const joined = roll(events.length)
    // What crosses is JSON: the client works on its own copy.
    const snapshot = JSON.parse(JSON.stringify(apply(...events.slice(0, joined)))) as Picture
    const client = events.slice(joined).map((event) => JSON.parse(JSON.stringify(event)) as RelayEvent).reduce(applyEvent, snapshot)
    expect(client, `seed ${seed}`).toEqual(relay)
  }
})

describe('models', () => {
  const downloading: RelayEvent = { type: 'model-work-changed', model: 'yamnet', work: 'download', failure: null }
  const arrived = (bytes: number): RelayEvent => ({
    type: 'model-download-progress', model: 'yamnet', progress: null, message: 'Downloading', bytes, total: 1000, rate: null, seconds_left: null,
  })
  const status = (state: ModelState): RelayEvent => ({
    type: 'model-status', model: 'yamnet', title: 'YAMNet', state, size: 1000, licence: 'Apache-2.0', enables: 'Sounds', homepage: '', required: false, bundled: false,
    partial: 0, problem: null,
  })
  const failure = { code: 'refused', message: 'No.', next_step: null, detail: null }
  const yamnet = (...events: RelayEvent[]): ModelEntry | undefined => apply(...events).models.find(({ model }) => model === 'yamnet')

  it('are all there before anything is known of them', () => {
    expect(empty.models.map(({ model, status: known }) => [model, known])).toEqual([['minilm', null], ['whisper-base', null], ['yamnet', null]])
  })

  it('have the newest progress while they are worked on, and none after it', () => {
    expect(yamnet(downloading, arrived(1), arrived(2))).toMatchObject({ work: 'download', progress: { bytes: 2 } })
    expect(yamnet(downloading, arrived(1), { ...downloading, work: null })).toMatchObject({ work: null, progress: null })
    expect(yamnet(arrived(1))?.progress).toBeNull()
  })

  it('a failure stays until the next work begins or the model is there', () => {
    const failed: RelayEvent = { type: 'model-work-changed', model: 'yamnet', work: null, failure }
    expect(yamnet(failed, status('missing'))?.failure).toEqual(failure)
    expect(yamnet(failed, downloading)?.failure).toBeNull()
    expect(yamnet(failed, status('present'))).toMatchObject({ failure: null, status: { state: 'present' } })
  })

  it('take no more room after a hundred thousand events than after one', () => {
    const many = Array.from({ length: 100_000 }, (_, bytes) => arrived(bytes % 1000))
    expect(JSON.stringify(apply(downloading, ...many)).length).toBeLessThanOrEqual(JSON.stringify(apply(downloading, arrived(999))).length)
  })

  it('an export has its newest progress until its end', () => {
    const begun: RelayEvent = { type: 'model-export-changed', file: '/usb/models.tar' }
    const written: RelayEvent = { type: 'model-export-progress', bytes: 5, total: 10 }
    expect(apply(begun, written).modelExport).toMatchObject({ file: '/usb/models.tar', progress: { bytes: 5 } })
    expect(apply(written).modelExport).toBeNull()
    expect(apply(begun, written, { type: 'model-export-changed', file: null }).modelExport).toBeNull()
  })
})
